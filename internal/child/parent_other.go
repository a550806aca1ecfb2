//go:build !linux

package child

import "os/exec"

// endWithParent does nothing: only Linux has a signal for it.
func endWithParent(*exec.Cmd) {}
