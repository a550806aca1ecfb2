package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// chartProgramName is the program that links Helm. Its libraries take several
// times as long to start as all of this one (docs/chart.md), so only the
// command that needs them pays for them.
const chartProgramName = "l5d-pki-render-chart"

// chartProgram runs the program: request in, reply out.
func (a *app) chartProgram() func(io.Reader, io.Writer) error {
	return func(in io.Reader, out io.Writer) error {
		path := a.findChartProgram()
		// A signal ends both: the program might wait for a server for minutes.
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
		defer stop()
		var talk bytes.Buffer
		cmd := exec.CommandContext(ctx, path)
		cmd.Stdin, cmd.Stdout, cmd.Stderr = in, out, &talk
		cmd.Env = append(os.Environ(), "TZ=UTC") // templates that format an instant do it the same everywhere
		err := cmd.Run()
		switch {
		case ctx.Err() != nil:
			return problem.ChartStopped.With()
		case err != nil:
			return problem.ChartProgram.With(path, reason(err)).Because(err)
		}
		return nil
	}
}

// findChartProgram looks where it is named, beside this program, and in the PATH.
func (a *app) findChartProgram() string {
	if named := a.Getenv("L5D_PKI_CHART_PROGRAM"); named != "" {
		return named
	}
	own, err := os.Executable()
	if err != nil {
		return chartProgramName
	}
	name := chartProgramName + filepath.Ext(filepath.Base(own)) // .exe
	for _, folder := range []string{filepath.Dir(own), folderBehindLink(own)} {
		if path := filepath.Join(folder, name); isFile(path) {
			return path
		}
	}
	return chartProgramName
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
