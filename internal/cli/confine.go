package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/signal"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Variables of the sidecar that limit `cmp generate`, and their defaults. Argo
// CD kills a plugin after 60 seconds (reposerver's default) and says only that
// it did, so this program ends earlier.
const (
	memoryLimitVariable = "L5D_PKI_CMP_MEMORY_LIMIT"
	timeLimitVariable   = "L5D_PKI_CMP_TIME_LIMIT"
	defaultMemoryLimit  = 512 << 20 // bytes, per process
	defaultTimeLimit    = 45 * time.Second
)

// confinedVariable tells the child that it is one, and its limit in MiB. Argo
// CD lets tenants set variables that begin with ARGOCD_ENV_ only.
const confinedVariable = "L5D_PKI_CONFINED"

// maxRelayed is how much a child's stderr may hold, in bytes.
const maxRelayed = 64 << 10

// limits of a child process.
type limits struct {
	memory int64 // bytes
	time   time.Duration
}

func (a *app) cmpLimits() (limits, error) {
	l := limits{defaultMemoryLimit, defaultTimeLimit}
	if text := a.Getenv(memoryLimitVariable); text != "" {
		number, inMiB := strings.CutSuffix(text, "Mi")
		n, err := strconv.ParseInt(number, 10, 32)
		if !inMiB || err != nil || n < 64 {
			return l, problem.ArgoCDLimit.With(memoryLimitVariable, text, "at least 64Mi, such as 512Mi")
		}
		l.memory = n << 20
	}
	if text := a.Getenv(timeLimitVariable); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Second {
			return l, problem.ArgoCDLimit.With(timeLimitVariable, text, "at least 1s, such as 45s")
		}
		l.time = d
	}
	return l, nil
}

// inMiB is the memory limit as its variable has it.
func (l limits) inMiB() string { return strconv.FormatInt(l.memory>>20, 10) + "Mi" }

// confine runs `cmp generate` in a child process with limits, and gives its
// result. What a tenant's repository makes of a render ends the child at worst:
// no goroutine of this process can stop a runaway one, and Go cannot survive a
// failed allocation.
func (a *app) confine() error {
	l, err := a.cmpLimits()
	if err != nil {
		return err
	}
	own, err := os.Executable()
	if err != nil { // there is no /proc
		own = os.Args[0]
	}
	signalled, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(signalled, l.time)
	defer cancel()
	var out bytes.Buffer
	talk := beginning{left: maxRelayed}
	err = child.Command{
		Name: own, Args: []string{"cmp", "generate"}, Stdout: &out, Stderr: &talk, WithParent: true,
		Env: child.Environment(child.Itself, envNames["log-file"]+"=", confinedVariable+"="+l.inMiB(),
			"GOMEMLIMIT="+strconv.FormatInt(l.memory*3/4, 10)), // collect garbage before memory runs out
	}.Run(ctx)
	var failed *child.Failure
	switch {
	case err == nil:
		a.data = out.Bytes()
	case signalled.Err() != nil:
		return problem.ChartStopped.With()
	case ctx.Err() != nil:
		return problem.ArgoCDTooLong.With(l.time)
	case outOfMemory(err):
		return problem.ArgoCDMemory.With(l.inMiB())
	case !errors.As(err, &failed) || failed.Code != ExitFailed:
		return problem.ArgoCDCrashed.With(reason(err)).Because(err)
	default:
		err = errFound // the child printed why
	}
	a.talk.Write(talk.Bytes())
	return err
}

// enterConfinement sets the limits of this process, the child, for itself and
// what it starts. It may start with secrets in memory, so it leaves no core dump.
func (a *app) enterConfinement() {
	l, err := a.cmpLimits()
	if err != nil {
		return // the parent refused them
	}
	debug.SetMemoryLimit(l.memory * 3 / 4)
	limitResources(l)
}

// outOfMemory reports whether a program died since it could not get more memory.
// A SIGKILL that is not this program's comes from the kernel, which kills so.
func outOfMemory(err error) bool {
	var failed *child.Failure
	if !errors.As(err, &failed) {
		return false
	}
	if failed.Killed() {
		return true
	}
	for _, words := range []string{"out of memory", "cannot allocate memory", "stack overflow", "fatal error: runtime: "} {
		if strings.Contains(failed.Stderr, words) {
			return true
		}
	}
	return false
}

// beginning keeps the beginning of what is written to it.
type beginning struct {
	bytes.Buffer
	left int
}

func (h *beginning) Write(p []byte) (int, error) {
	kept := p[:min(len(p), h.left)]
	h.left -= len(kept)
	h.Buffer.Write(kept)
	return len(p), nil
}
