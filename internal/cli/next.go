package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep"
	"github.com/l5d-pki/l5d-pki-render/internal/nextstep/look"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// next prints what to do after a command, on stderr: stdout is for data.
func (a *app) next(steps []nextstep.Step) { a.talk.WriteString(nextstep.Lines(steps)) }

// afterInit adds what to do next to an init that ended with err.
func (a *app) afterInit(statePath string, err error) error {
	if s, loadErr := a.loadState(statePath); err == nil && loadErr == nil {
		a.next(nextstep.AfterInit(look.At(statePath, s)))
	}
	return err
}

// afterObserve says what the observation in a file is good for.
func (a *app) afterObserve(file, statePath string, s *state.Rotation) {
	f := moves.Brought{Files: []string{file}, Earlier: true}
	if e, err := f.Load(statePath, s); err == nil {
		a.next(look.Observed(file, statePath, s, e, a.Now().UTC(), a.outputsWorld().Stale))
	}
}

// afterPull follows a pull request that was opened or brought up to date.
func (a *app) afterPull(r prResult, statePath string) {
	if made, ok := r.(plan.Report); ok && made.URL != "" && !made.DryRun && (made.Operation == plan.OpCreated || made.Operation == plan.OpUpdated) {
		a.next(nextstep.AfterPull(statePath, made.Base, len(made.Needs) > 0))
	}
}

// observingAgain are the flags that read the cluster again; empty if it was not read.
func (f *evidenceFlags) observingAgain() string {
	if !f.observe {
		return ""
	}
	return look.Flags("--observe", "", "--kubeconfig", f.cluster.Kubeconfig, "--context", f.cluster.Context,
		"--prometheus", address.Redact(f.cluster.Prometheus.URL))
}
