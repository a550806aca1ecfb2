//go:build unix

package child

import (
	"os"
	"os/exec"
	"syscall"
)

// group gives the program a process group of its own, unless it may ask on a
// terminal that is there. The function that it returns ends what is left of the
// group.
func group(cmd *exec.Cmd, asks bool) (end func()) {
	if asks && hasTerminal() {
		return func() {}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	kill := func() {
		if cmd.Process != nil {
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		}
	}
	cmd.Cancel = func() error { kill(); return nil }
	return kill
}

func hasTerminal() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	return tty.Close() == nil
}

// readNow reads what a descriptor has, without waiting: those of pipes do not block.
func readNow(fd uintptr, buffer []byte) (int, error) { return syscall.Read(int(fd), buffer) }
