package cli

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Exit codes.
const (
	ExitDone        = 0
	ExitFailed      = 1
	ExitWouldChange = 2
	ExitUsage       = 64
)

// maxProblems is how many problems of one call are printed.
const maxProblems = 20

// finish writes what the call has to say: data to stdout if it succeeded, talk
// to stderr and the log file in any case.
func (a *app) finish(err error) int {
	code, done := ending(err)
	if done {
		if err = a.print(); err != nil {
			code, done, a.ran = ExitFailed, false, true
		}
	}
	switch {
	case done:
	case a.jsonErrors:
		if !a.ran {
			code = ExitUsage
		}
		text := results.ErrorsOf(err, !a.ran, a.talk.String()).JSON()
		a.talk.Reset()
		a.talk.WriteString(text)
	case !a.ran:
		code = ExitUsage
		fmt.Fprintf(&a.talk, "l5d-pki-render: error: %v\n", err)
	default:
		a.printErrors(err)
	}
	safe := fitToShow(a.talk.String())
	a.talk.Reset()
	a.talk.WriteString(safe)
	if logErr := a.appendLog(); logErr != nil && code == ExitDone {
		a.printErrors(logErr)
		code = ExitFailed
	}
	_ = writeAll(a.Stderr, a.talk.Bytes()) // nowhere left to say that this failed
	return code
}

// print writes what the call has for stdout. Data that goes nowhere is an error, also
// where stdout was closed from the start and takes everything.
func (a *app) print() error {
	err := writeAll(a.Stdout, a.out.Bytes())
	if err == nil {
		err = writeAll(a.Stdout, a.data)
	}
	if err == nil && a.stream != nil {
		to := bufio.NewWriterSize(a.Stdout, 64<<10) // most documents are small
		_, err = a.stream.WriteTo(to)
		err = cmp.Or(err, to.Flush())
	}
	if a.StdoutClosed && (len(a.data) > 0 || a.stream != nil) {
		err = os.ErrClosed
	}
	if a.onStdout != nil {
		a.onStdout(err)
	}
	if err != nil {
		return problem.CLIStdoutLost.With(files.Reason(err)).Because(err)
	}
	return nil
}

// ending is the exit code of a call, and whether it did what was asked.
func ending(err error) (code int, done bool) {
	switch {
	case err == nil:
		return ExitDone, true
	case errors.Is(err, errFound):
		return ExitFailed, true
	case errors.Is(err, errWouldChange):
		return ExitWouldChange, true
	}
	return ExitFailed, false
}

// printErrors prints each problem as one line; problems in a row that have the same hints share them.
func (a *app) printErrors(err error) {
	problems := results.Brief(problem.Of(err))
	for i, p := range problems {
		if i == maxProblems {
			fmt.Fprintf(&a.talk, "l5d-pki-render: error: and %d more problems\n", len(problems)-i)
			return
		}
		// What other programs say may have lines; a name with a line break begins none.
		fmt.Fprintf(&a.talk, "l5d-pki-render: error: %s\n", strings.ReplaceAll(p.Error(), "\n", "\n    "))
		if next := i + 1; next < min(len(problems), maxProblems) && p.Code == problems[next].Code && slices.Equal(p.Hints, problems[next].Hints) {
			continue
		}
		for _, hint := range p.Hints {
			fmt.Fprintf(&a.talk, "hint: %s\n", strings.ReplaceAll(hint, "\n", "\n    "))
		}
		if p.Code != problem.Internal.Code {
			fmt.Fprintf(&a.talk, "hint: `l5d-pki-render explain %s` says more\n", p.Code)
		}
	}
}

// noLog is the name of a log file that was refused.
const noLog = "\x00"

// checkLogFile refuses, before a command does anything, a log file that is an input: a state, an observation, a key file, manifests.
func (a *app) checkLogFile() error {
	if a.logFile != "" && statefile.IsInput(a.logFile) {
		return problem.CLILogIsState.With().In(a.logFile)
	}
	if full, err := filepath.Abs(a.logFile); a.logFile != "" && err == nil && disk.RepositoryOf(filepath.Dir(full)) != "" {
		return files.CheckLinks(a.logFile) // a branch that is checked out may bring a link
	}
	return nil
}

// appendLog adds the call's talk to the log file, if one is named. A command
// line that could not be read leaves the environment's.
func (a *app) appendLog() error {
	if a.logFile == "" {
		a.logFile = a.Getenv(envNames["log-file"])
	}
	if a.logFile == "" || a.logFile == noLog || a.talk.Len() == 0 {
		return nil
	}
	if err := a.checkLogFile(); err != nil {
		return err
	}
	if err := disk.Append(a.logFile, a.Now().UTC().Format(time.RFC3339)+"\n"+a.talk.String()); err != nil {
		return problem.CLIWrite.With(a.logFile, files.Reason(err)).Because(err)
	}
	return nil
}

func writeAll(w io.Writer, data []byte) error {
	if len(data) == 0 {
		return nil
	}
	_, err := w.Write(data)
	return err
}
