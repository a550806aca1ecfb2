package argocd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Variables of the sidecar that limit `cmp generate`, and their defaults. Argo
// CD kills a plugin after 60 seconds (reposerver's default) and says only that
// it did, so this program ends earlier.
const (
	memoryLimitVariable = "L5D_PKI_CMP_MEMORY_LIMIT"
	timeLimitVariable   = "L5D_PKI_CMP_TIME_LIMIT"
	outputLimitVariable = "L5D_PKI_CMP_OUTPUT_LIMIT"
	defaultMemoryLimit  = 512 << 20 // bytes, per process
	defaultTimeLimit    = 45 * time.Second
	// defaultOutputLimit is Argo CD's own for the manifests of a directory
	// (reposerver.max.combined.directory.manifests.size): its plugin server reads what a
	// plugin prints without any limit, and takes up to a hundred times as much memory.
	defaultOutputLimit = 10 << 20 // bytes
)

// ConfinedVariable tells the child that it is one, and its limit in MiB. Argo
// CD lets tenants set variables that begin with ARGOCD_ENV_ only.
const ConfinedVariable = "L5D_PKI_CONFINED"

// exitFailed is the exit code of this program where it printed why it failed.
const exitFailed = 1

// maxRelayed is how much a child's stderr may hold, in bytes.
const maxRelayed = 64 << 10

// limits of a child process.
type limits struct {
	memory  int64 // bytes
	output  int64 // bytes
	time    time.Duration
	renders int // at once
}

func limitsOf(getenv func(string) string) (limits, error) {
	l := limits{defaultMemoryLimit, defaultOutputLimit, defaultTimeLimit, defaultRenders}
	for _, of := range []struct {
		variable, want string
		least          int64
		limit          *int64
	}{
		{memoryLimitVariable, "at least 64Mi, such as 512Mi", 64, &l.memory},
		{outputLimitVariable, "at least 1Mi, such as 10Mi", 1, &l.output},
	} {
		text := getenv(of.variable)
		if text == "" {
			continue
		}
		number, isMiB := strings.CutSuffix(text, "Mi")
		n, err := strconv.ParseInt(number, 10, 32)
		if !isMiB || err != nil || n < of.least {
			return l, problem.ArgoCDLimit.With(of.variable, text, of.want)
		}
		*of.limit = n << 20
	}
	if text := getenv(timeLimitVariable); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil || d < time.Second {
			return l, problem.ArgoCDLimit.With(timeLimitVariable, text, "at least 1s, such as 45s")
		}
		l.time = d
	}
	if text := getenv(rendersVariable); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return l, problem.ArgoCDLimit.With(rendersVariable, text, "at least 1, such as 3")
		}
		l.renders = n
	}
	return l, nil
}

// inMiB is a limit as its variable has it.
func inMiB(bytes int64) string { return strconv.FormatInt(bytes>>20, 10) + "Mi" }

// ErrPrinted is of a child that failed and wrote to stderr why.
var ErrPrinted = errors.New("the child printed why")

// Confine runs this program again with arguments and further variables, in a child
// process with limits, and returns its stdout; its stderr goes to notes. What a
// tenant's repository makes of a render ends the child at worst: no goroutine of
// this process can stop a runaway one, and Go cannot survive a failed allocation.
func Confine(getenv func(string) string, notes io.Writer, arguments []string, variables ...string) ([]byte, error) {
	l, err := limitsOf(getenv)
	if err != nil {
		return nil, err
	}
	own, err := os.Executable()
	if err != nil { // there is no /proc
		own = os.Args[0]
	}
	signalled, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	ctx, cancel := context.WithTimeout(signalled, l.time)
	defer cancel()
	release, err := takeSlot(ctx, slotDir(), getenv("ARGOCD_APP_PROJECT_NAME"), l.renders)
	switch {
	case err == nil:
		defer release()
	case signalled.Err() != nil:
		return nil, problem.ChartStopped.With()
	case ctx.Err() != nil:
		return nil, problem.ArgoCDBusy.With(l.time, l.renders, perProject(l.renders))
	default:
		sink.Note(notes, "nothing limits how many renders run at once: %v", files.Reason(err))
	}
	out := beginning{left: int(l.output)}
	stderr := beginning{left: maxRelayed}
	err = child.Command{
		Name: own, Args: arguments, Stdout: &out, Stderr: &stderr, WithParent: true,
		Env: child.Environment(child.Itself, append(variables, ConfinedVariable+"="+inMiB(l.memory),
			"GOMEMLIMIT="+strconv.FormatInt(l.memory*3/4, 10))...), // collect garbage before memory runs out
	}.Run(ctx)
	var failed *child.Failure
	switch {
	case out.cut:
		return nil, problem.ArgoCDOutput.With(inMiB(l.output))
	case err == nil:
		notes.Write(stderr.Bytes())
		return out.Bytes(), nil
	case signalled.Err() != nil:
		return nil, problem.ChartStopped.With()
	case ctx.Err() != nil:
		return nil, problem.ArgoCDTooLong.With(l.time)
	case child.OutOfMemory(err):
		return nil, problem.ArgoCDMemory.With(inMiB(l.memory))
	case !errors.As(err, &failed) || failed.Code != exitFailed:
		return nil, problem.ArgoCDCrashed.With(files.Reason(err)).Because(err)
	}
	notes.Write(stderr.Bytes())
	return nil, ErrPrinted
}

// EnterConfinement sets the limits of this process, the child, for itself and
// what it starts. It may start with secrets in memory, so it leaves no core dump.
func EnterConfinement(getenv func(string) string) {
	l, err := limitsOf(getenv)
	if err != nil {
		return // the parent refused them
	}
	// Processor time ends what outlives this process and its parent.
	child.Limit(l.memory, uint64(l.time.Seconds()+1)*uint64(max(2, runtime.NumCPU())))
}

// beginning keeps the beginning of what is written to it.
type beginning struct {
	bytes.Buffer
	left int
	cut  bool // there was more
}

func (h *beginning) Write(p []byte) (int, error) {
	kept := p[:min(len(p), h.left)]
	h.left -= len(kept)
	h.cut = h.cut || len(kept) < len(p)
	h.Buffer.Write(kept)
	return len(p), nil
}
