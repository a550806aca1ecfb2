package nextstep

import (
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Lines are commands in order. The first is headed next, the others then; the
// remark behind one is a comment of the shell, so that every line can be run as it
// is printed.
func Lines(steps []Step) (text string) {
	for i, s := range steps {
		head := "then: "
		if i == 0 {
			head = "next: "
		}
		text += head + s.Command
		if remark := s.remark(); remark != "" {
			text += "  # " + remark
		}
		text += "\n"
	}
	return text
}

// remark is one line: what comes from a cluster may have any characters.
func (s Step) remark() string {
	remark := s.Why
	if s.Who != "" {
		remark += ": " + inert(s.Who)
	}
	remark = strings.Join(strings.Fields(remark), " ")
	if !s.NotBefore.IsZero() {
		remark = "not before " + s.NotBefore.UTC().Format(time.RFC3339) + ": " + remark
	}
	return remark
}

// inert is text of an observation that no shell acts on: zsh knows no comments in a line
// that is typed, unless it is told to.
func inert(text string) string {
	return qualifiers.ReplaceAllString(signs.Replace(text), "[$1")
}

// signs are those by which shells end a command, begin another one or repeat an older
// one; qualifiers is what zsh may run in a pattern. A number of pods stays.
var (
	signs = strings.NewReplacer("`", "'", "$", "＄", ";", ",", "&", "＆", "|", "/", "<", "‹", ">", "›", `\`, "/", "!", "ǃ")

	qualifiers = lazy.New(`\(([^0-9])`)
)

// AfterMove are the steps after a move, up to the next one. Changes are what it
// changed.
func AfterMove(f Facts, changes []delivery.Kind) (steps []Step) {
	if len(f.State.Spec.Outputs) > 0 {
		steps = append(steps, Step{Command: f.command("sync")})
	} else if f.Work.any() {
		steps = append(steps, Step{Command: f.commit()})
	}
	steps = append(steps, f.deliver(changes)...)
	if f.State.Status.Phase == state.PhaseStable {
		return append(steps, Step{Command: f.command("status"), Why: "the rotation is over"})
	}
	return append(steps,
		Step{Command: f.observeNext(), Why: "once the cluster has applied the change"},
		Step{Command: f.statusWith(f.observed()), Why: "says whether the next phase may be entered"})
}

// statusWith is a status with an observation, and with those that a wait is counted from.
func (f Facts) statusWith(file string) string {
	if !f.counts() {
		f.Evidence = nil
	}
	f.Evidence, f.Observe = append(slices.Clone(f.Evidence), file), ""
	return f.withEvidence("status")
}

// deliver are the commands for what nothing in Git delivers.
func (f Facts) deliver(changes []delivery.Kind) (steps []Step) {
	for _, o := range delivery.Missing(delivery.Of(f.State, f.StatePath), changes) {
		step := Step{Command: o.Command, Why: "after the merge: nothing in Git delivers " + o.Name}
		if o.Command != "" && !slices.ContainsFunc(steps, func(s Step) bool { return s.Command == o.Command }) {
			steps = append(steps, step)
		}
	}
	return steps
}

// shows names the objects of which an unmet need may say that a person has not applied
// them yet.
var shows = map[rotation.Need]delivery.Kind{rotation.IssuerLoaded: delivery.Issuer, rotation.WebhookCertServed: delivery.WebhookSecret}

// undelivered are the commands for what a need shows and nothing in Git delivers.
func (f Facts) undelivered(n rotation.Need) []Step {
	if kind, known := shows[n]; known {
		return f.deliver([]delivery.Kind{kind})
	}
	return nil
}

// AfterInit are the steps after the first state file was written.
func AfterInit(f Facts) (steps []Step) {
	if len(f.State.Spec.Outputs) > 0 {
		steps = append(steps, Step{Command: f.command("sync")})
	} else if f.Work.any() {
		steps = append(steps, Step{Command: f.commit()})
	}
	return append(steps, Step{Command: f.command("status")})
}

// AfterSync is what follows when the files of the outputs are written.
func AfterSync(f Facts) []Step {
	if f.Work.any() {
		return []Step{{Command: f.commit()}}
	}
	return []Step{{Command: f.command("status")}}
}

// AfterObserve is what an observation is good for. The status of the facts was made
// with it.
func AfterObserve(f Facts) []Step {
	step := Of(f)
	if step.Command == "" {
		return nil
	}
	if strings.HasPrefix(step.Command, f.observe()) { // again, later
		step.Why = strings.TrimSpace("observe again "+step.Wait) + "; " + step.Why
	}
	return []Step{step}
}

// AfterPull are the steps after a pull request was opened or brought up to date. A
// draft waits for its gate, and is not merged before.
func AfterPull(statePath, base string, waits bool) []Step {
	f := Facts{StatePath: statePath, State: &state.Rotation{}}
	why := "when the pull request is merged into " + base + " and the cluster has applied it"
	if waits {
		why = "the draft waits for its gate, and this shows whether it is open"
	}
	return []Step{
		{Command: f.observe(), Why: why},
		{Command: f.command("pr --next") + " --evidence " + delivery.Quoted(f.observed())},
	}
}
