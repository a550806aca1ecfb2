package observe

import (
	"os/exec"
	"syscall"
)

// maxRSS is the most memory that a program, or a child that it waited for, had, in KiB.
func maxRSS(cmd *exec.Cmd) int64 {
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss
}
