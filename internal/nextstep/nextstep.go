// Package nextstep says what a person does next, as commands that can be run as
// they are printed. It decides from what was looked at before ([Facts]) and is
// pure; package look gathers the facts.
//
//	step := nextstep.Of(facts)
//	fmt.Println("next:", step.Command)
package nextstep

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Facts are what the next step follows from.
type Facts struct {
	State     *state.Rotation
	StatePath string
	// Evidence are the observation files that the user named.
	Evidence []string
	// Observe are the flags with which the cluster was read; empty if it was not.
	Observe string
	Status  *rotation.Status
	// Work is what Git says of the files that the state names.
	Work Work
}

// Work is what has not been committed.
type Work struct {
	// Files that have changed and belong to the state: the state file, key files that
	// Git may hold, outputs, observations that are kept beside it. Paths are relative to the working directory.
	Files []string
	// Staged reports whether the index lacks an output that the last commit has: the next
	// commit takes that along, and `git add` does not find it.
	Staged bool
	// StateChanged and OutputsChanged say what is among them.
	StateChanged, OutputsChanged bool
	// Known reports whether Git answered.
	Known bool
}

func (w Work) any() bool { return len(w.Files) > 0 || w.Staged }

// Step is one thing to do.
type Step struct {
	// Command is one line for a shell; empty if there is nothing to do.
	Command string `json:"command,omitempty"`
	// Why is what it is good for, or what is waited for.
	Why string `json:"why,omitempty"`
	// Who holds the wait up, or what is still to be seen.
	Who string `json:"who,omitempty"`
	// NotBefore is when the command makes sense; zero: now.
	NotBefore time.Time `json:"notBefore,omitzero"`
	// Ends is when a wait ends by time alone, Wait how long it takes otherwise.
	Ends time.Time `json:"ends,omitzero"`
	Wait string    `json:"wait,omitempty"`
}

// Of is the next step.
func Of(f Facts) Step {
	unchecked := len(f.Status.UncheckedOutputs) > 0
	switch {
	case slices.ContainsFunc(f.Status.Alarms, func(alarm string) bool { return alarm != f.StaleAlarm() }):
		return Step{Command: f.withEvidence("doctor"), Why: "it names what is wrong and the commands that repair it"}
	case len(f.Status.StaleOutputs) > 0 && !f.Work.StateChanged:
		return Step{Command: f.command("sync"), Why: "writes them as the state says; with --check it shows what differs"}
	case len(f.Status.StaleOutputs) > 0, f.Work.StateChanged && unchecked && !f.Work.OutputsChanged:
		return Step{Command: f.command("sync"), Why: "the state file has changed since the last commit; sync writes what follows from it"}
	case f.Work.any():
		return Step{Command: f.commit(), Why: "the change is not committed yet"}
	}
	for _, m := range f.Status.Next {
		switch {
		case m.Verb == state.MoveStart && m.Allowed:
			return f.start()
		case m.Verb == state.MoveRollout && m.Allowed:
			return Step{Command: f.command("rollout"), Why: "pods keep the anchors of the rotation that went back until they restart"}
		case m.Verb == state.MoveAdvance, m.Verb == state.MoveStart:
			return f.forward(m)
		}
	}
	return Step{}
}

// StaleAlarm says that outputs differ from the state although nobody works on it: the
// last commit has that state. It is empty otherwise.
func (f Facts) StaleAlarm() string {
	if len(f.Status.StaleOutputs) == 0 || f.Work.StateChanged || !f.Work.Known {
		return ""
	}
	return fmt.Sprintf("not what phase %s of the state says: %s", f.State.Status.Phase, strings.Join(f.Status.StaleOutputs, ", "))
}

// forward is the step towards the next phase.
func (f Facts) forward(m rotation.NextMove) Step {
	if m.Allowed {
		return Step{Command: f.withEvidence(m.Verb), Why: "the next phase is " + m.To + restart(m)}
	}
	unmet := Unmet(m)
	if len(unmet) == 0 {
		return f.shut(m)
	}
	n := unmet[0]
	what, who := waiting(n)
	step := Step{Why: "waiting for " + what, Who: who, Ends: n.Ends, Wait: n.Wait}
	switch {
	case n.Need == rotation.DeliveredElsewhere:
		step.Command = f.withEvidence(m.Verb) + " --assume " + string(n.Need) + " --because 'applied by hand after the merge'"
		step.Why, step.Wait = "give your word that you apply this after the merge", ""
	case n.Need == rotation.WaveDone:
		step.Command = f.command("status")
	case len(f.undelivered(n.Need)) > 0:
		by := f.undelivered(n.Need)[0]
		step.Command, step.Why = by.Command, by.Why+"; apply it, then run `"+f.observe()+f.sight(n)+"`"
	case !n.Ends.IsZero() && len(unmet) == 1:
		step.Command, step.NotBefore = f.withEvidence(m.Verb), n.Ends
	default:
		step.Command = f.observe() + f.sight(n)
		if n.Need == rotation.RetiredGone && f.sight(n) != "" {
			step.Wait = "when an observation shows every pod's chain"
		}
	}
	return step
}

// shut is a gate that no observation opens.
func (f Facts) shut(m rotation.NextMove) Step {
	for _, back := range f.Status.Next {
		if back.Verb == state.MoveBack && back.Allowed {
			return Step{Command: f.withEvidence(back.Verb), Why: m.To + " cannot be entered safely, and going back is safe"}
		}
	}
	return Step{Command: f.withEvidence("doctor"), Why: m.To + " cannot be entered safely"}
}

// Unmet are the needs that keep a move from being made. What a person only has to
// vouch for comes last: it makes no sense before the rest is seen.
func Unmet(m rotation.NextMove) (list []rotation.NeedResult) {
	for _, n := range m.Needs {
		if !n.Met {
			list = append(list, n)
		}
	}
	order.By(list, func(a, b rotation.NeedResult) int { return rank(a) - rank(b) })
	return list
}

func rank(n rotation.NeedResult) int {
	if n.Need == rotation.DeliveredElsewhere {
		return 1
	}
	return 0
}

func restart(m rotation.NextMove) string {
	if m.Wave {
		return "; it restarts the workloads"
	}
	return ""
}

// start is the next rotation, now or when it is due. `pr --next` starts it then, unless
// it is told otherwise.
func (f Facts) start() Step {
	var next Step
	for _, x := range f.Status.Replaceable() {
		due := x.DueAt(rotation.Margin{Percent: rotation.DuePercent}).Truncate(time.Second)
		step := Step{Command: f.command("start " + x.Rotation), Why: fmt.Sprintf("%s %q ends at %s", x.Kind, x.Name,
			x.NotAfter.Format(time.RFC3339))}
		if due.After(f.Status.At) {
			step.NotBefore = due
		} else {
			return step
		}
		if next.Command == "" || due.Before(next.NotBefore) {
			next = step
		}
	}
	return next
}

func (f Facts) command(args string) string {
	if f.StatePath != "" && f.StatePath != "rotation.yaml" {
		args += " --state " + delivery.Quoted(f.StatePath)
	}
	return "l5d-pki-render " + args
}

func (f Facts) withEvidence(args string) string {
	command := f.command(args)
	for _, file := range f.Evidence {
		command += " --evidence " + delivery.Quoted(file)
	}
	return command + f.Observe
}

// commit is the command that commits what belongs to the state.
func (f Facts) commit() string {
	command := "git commit -m " + delivery.Quoted("linkerd PKI of "+f.State.Metadata.Name+": "+f.State.Status.Phase)
	if len(f.Work.Files) == 0 {
		return command
	}
	git, files := "git", ""
	for _, file := range f.Work.Files {
		files += " " + delivery.Quoted(file)
		if strings.ContainsAny(file, `:*?[\`) { // a pattern of Git
			git = "git --literal-pathspecs"
		}
	}
	return git + " add -A --" + files + " && " + command
}
