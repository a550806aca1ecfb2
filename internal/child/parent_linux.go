package child

import (
	"os/exec"
	"runtime"
	"syscall"
)

// endWithParent ends the program when this process dies, even by SIGKILL. The
// kernel looks at the thread that started it, so that one has to stay.
func endWithParent(cmd *exec.Cmd) (release func()) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
