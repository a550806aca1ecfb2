package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// chartProgramName is the program that links Helm. Its libraries take several
// times as long to start as all of this one (docs/chart.md), so only the
// command that needs them pays for them.
const chartProgramName = "l5d-pki-render-chart"

// chartProgram runs the program: request in, reply out.
func (a *app) chartProgram() func(io.Reader, io.Writer) error {
	return func(in io.Reader, out io.Writer) error {
		path := a.findProgram(chartProgramName, "L5D_PKI_CHART_PROGRAM")
		var talk bytes.Buffer
		cmd := exec.Command(path)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &talk
		if err := cmd.Run(); err != nil {
			return problem.ChartProgram.With(path, reason(err)).Because(err)
		}
		return nil
	}
}

// findProgram looks where the variable says, beside this program, and in the PATH.
func (a *app) findProgram(program, variable string) string {
	if named := a.Getenv(variable); named != "" {
		return named
	}
	own, err := os.Executable()
	if err != nil {
		return program
	}
	name := program + filepath.Ext(filepath.Base(own)) // .exe
	for _, folder := range []string{filepath.Dir(own), folderBehindLink(own)} {
		if path := filepath.Join(folder, name); isFile(path) {
			return path
		}
	}
	return program
}

// folderBehindLink is where the program really lies: hosts link it into their own folders.
func folderBehindLink(path string) string {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	return filepath.Dir(path)
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
