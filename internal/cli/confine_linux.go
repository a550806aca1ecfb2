package cli

import (
	"os/exec"
	"runtime"
	"syscall"
)

// asGroup makes a command the leader of a process group that ends as a whole:
// when its time is over, and when this process dies.
func asGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// endWithParent ends a command when this process dies, even by SIGKILL.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// limitResources bounds what this process and those that it starts may use. The
// kernel counts written private memory as data, and refuses more of it. The
// limit of processor time ends what outlives this process and its parent.
func limitResources(l limits) {
	seconds := uint64(l.time.Seconds()+1) * uint64(max(2, runtime.NumCPU()))
	for resource, value := range map[int]uint64{
		syscall.RLIMIT_DATA: uint64(l.memory),
		syscall.RLIMIT_CPU:  seconds,
		syscall.RLIMIT_CORE: 0,
	} {
		var now syscall.Rlimit
		if syscall.Getrlimit(resource, &now) == nil {
			value = min(value, now.Max) // a limit can only be lowered
			_ = syscall.Setrlimit(resource, &syscall.Rlimit{Cur: value, Max: value})
		}
	}
}
