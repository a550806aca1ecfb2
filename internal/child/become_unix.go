//go:build unix

package child

import (
	"os/exec"
	"syscall"
)

// Become runs a program in the place of this one, in its process. It returns only if
// the program does not start.
func Become(name string, args, env []string) (code int, err error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return -1, &Failure{Err: err, Code: -1}
	}
	err = syscall.Exec(path, append([]string{path}, args...), env)
	return -1, &Failure{Err: err, Code: -1}
}
