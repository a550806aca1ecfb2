package text

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// beforeMerge is the gate as commands.
func (t Text) beforeMerge() string {
	var b strings.Builder
	b.WriteString(heading("Before the merge"))
	b.WriteString("The guard judges this change by the gate, writes the outputs again and compares, and checks epoch, log and keys:\n\n")
	base := ""
	if t.Base != "" {
		base = "--base " + t.Base + " "
	}
	fmt.Fprintf(&b, "```sh\ngit fetch origin\ngit switch --detach origin/%s\nl5d-pki-render pr --guard %s--state %s\n", t.Branch, base, delivery.Quoted(t.State))
	for _, n := range t.Move.Needs {
		b.WriteString(t.commands(n.Need))
	}
	b.WriteString("```\n")
	return b.String()
}

// commands are those of a need, one a line.
func (t Text) commands(n rotation.Need) (lines string) {
	for _, command := range n.Commands(t.Next.WithDefaults().Spec.Linkerd.Namespace) {
		lines += command + "\n"
	}
	return lines
}

func (t Text) restarts() string {
	var b strings.Builder
	b.WriteString(heading("What restarts"))
	for _, line := range t.RestartLines() {
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

// RestartLines say what the merge restarts, one line each.
func (t Text) RestartLines() []string {
	spec := t.Next.WithDefaults().Spec.Linkerd
	bundle := strings.Join(t.Before.Bundle, " ") != strings.Join(t.After.Bundle, " ")
	issuer := strings.Join(t.Before.Issuer, " ") != strings.Join(t.After.Issuer, " ")
	var lines []string
	switch {
	case bundle && spec.ExternalCA && !spec.RollControlPlane:
		lines = append(lines, fmt.Sprintf("control plane: nothing rolls it by itself with an external CA: `%s` after the merge", delivery.RestartControlPlane(spec.Namespace)))
	case bundle:
		lines = append(lines, "control plane: identity, destination and proxy-injector roll, for their annotation follows the bundle")
	}
	missing := delivery.Lines(delivery.Changed(delivery.Of(t.Next, t.State), delivery.Between(t.Now, t.Next)...))
	if issuer && len(missing) == 0 {
		lines = append(lines, "identity reloads its issuer without a restart")
	}
	lines = append(lines, missing...)
	lines = append(lines, delivery.Notes(delivery.Changed(delivery.Of(t.Next, t.State), delivery.Between(t.Now, t.Next)...))...)
	if t.Plan.Kind == state.KindWebhooks {
		lines = append(lines, "webhooks: the control plane's own; no workload")
	}
	if t.Move.Wave {
		line := "**data plane: every meshed workload restarts**, with stamp " + sink.Code(t.Next.Status.Stamp)
		switch w := t.Next.Status.Wave; {
		case w == nil:
		case w.Stale && len(w.Workloads) == 0:
			line = "**data plane: no workload restarts**: every one held the bundle when the wave began"
		case w.Stale:
			line = fmt.Sprintf("**data plane: the %d workloads that did not hold the bundle restart**, with stamp %s", len(w.Workloads), sink.Code(t.Next.Status.Stamp))
		default:
			line = "**data plane: the meshed workloads of " + sink.Markdown(strings.Join(w.Namespaces, ", ")) + " restart**, with stamp " + sink.Code(t.Next.Status.Stamp)
		}
		if t.Stamped > 0 {
			line += fmt.Sprintf("; %d pod templates in these files have it", t.Stamped)
		}
		lines = append(lines, line)
	} else {
		lines = append(lines, "data plane: no workload restarts by this change")
	}
	return lines
}

// toDestroy names the private keys that the state needs no more after the change, as the
// old issuer's at the end of a rotation, and what else needs them.
func (t Text) toDestroy() string {
	var gone []string
	var said, looked, unseen string
	for _, a := range t.Keys {
		name := sink.Code(a.Named)
		if !a.Destroyed() {
			said += "Leave " + name + ", which this state needs no more: " + sink.Markdown(a.Reason()) + ".\n\n"
			continue
		}
		if len(a.Copies) > 0 {
			said += "Leave what has the same key as " + name + ": " + sink.Markdown(strings.Join(a.Copies, ", ")) + ".\n\n"
		}
		gone, looked, unseen = append(gone, name), a.Looked, a.Unseen
	}
	if len(gone) == 0 {
		return said
	}
	if unseen != "" {
		looked += "; not at " + unseen
	}
	end := strings.Join(gone, ", ") + ". (" + sink.Markdown(looked) + ".)\n\n" + said
	switch kind := t.Next.WithDefaults().Spec.Custody.Kind; {
	case kind == state.CustodyExternalSecret:
		return "This state needs these private keys no more; destroy them in the store, unless another state names them: " + end
	case kind == state.CustodyCertManager:
		return "This state needs these private keys no more; destroy them in its cluster: " + end
	case unseen != "":
		return "Nothing that was looked at needs these private keys any more; destroy them, unless something else does: " + end
	case said != "":
		return "Nothing needs these private keys any more; destroy them: " + end
	}
	return "Nothing needs these private keys any more; destroy them, and every copy of them: " + end
}

// afterMerge says what the next phase waits for.
func (t Text) afterMerge() string {
	k, n := t.step()
	if k >= n || k == 0 || t.Next.Status.Rotation == nil {
		said := t.toDestroy()
		if len(t.Next.Status.Retired) > 0 {
			said += "The rotation is over. Retired anchors may still be trusted somewhere: `l5d-pki-render status --state " + delivery.Quoted(t.State) + "` says by whom. Before you destroy their keys, `l5d-pki-render custody status --state " + delivery.Quoted(t.State) + "` says what else needs them.\n"
		}
		if said == "" {
			return ""
		}
		return heading("After the merge") + said
	}
	row := t.Plan.Rows[k]
	var b strings.Builder
	fmt.Fprintf(&b, "%sThe next phase is `%s`. ", heading("After the merge"), row.Phase)
	if len(row.Needs) == 0 {
		b.WriteString("It needs no evidence of its own.\n")
		return b.String()
	}
	b.WriteString("It is refused until\n\n")
	for _, need := range row.Needs {
		fmt.Fprintf(&b, "- %s: %s\n", need, need.Text())
	}
	b.WriteString("\n```sh\n")
	for _, need := range row.Needs {
		b.WriteString(t.commands(need))
	}
	fmt.Fprintf(&b, "l5d-pki-render pr --evidence observation.yaml --state %s   # or --assume %s --because \"how you know\"\n```\n", delivery.Quoted(t.State), row.Needs[0])
	return b.String()
}

// NoWayBack is said of a change after which no rotation is under way: `back` has nothing
// to go back in.
const NoWayBack = "there is no way back from here but a new rotation"

// Over reports whether no rotation is under way after the change.
func (t Text) Over() bool { return t.Next.Status.Rotation == nil }

// rollback is the gate's verdict on the way back, right after the merge.
func (t Text) rollback() string {
	var b strings.Builder
	b.WriteString(heading("Rollback"))
	const reverted = "`git revert` would let the epoch fall, and the guard refuses it.\n"
	switch back := fmt.Sprintf("; `l5d-pki-render pr back --state %s` does it, under the same gate and with the log kept. ", delivery.Quoted(t.State)); {
	case t.Over():
		b.WriteString("**The rotation is over: " + NoWayBack + ".** " + reverted)
	case t.Revert.Verdict.Safe:
		b.WriteString("Going back to the phase before is safe right after the merge" + back + reverted)
	default:
		b.WriteString("**Going back to the phase before is not safe** right after the merge" + back + reverted)
		for _, r := range t.Revert.Verdict.Reasons {
			b.WriteString("- " + sink.Markdown(r.Text) + "\n")
		}
	}
	if k, _ := t.step(); k > 0 && !t.Move.Back {
		for _, r := range t.Plan.Rows[k-1].Reverts {
			if !r.Verdict.Safe && r.Commits > 1 {
				fmt.Fprintf(&b, "\nUndoing this change and the ones before it at once is **not safe** from %d changes on: it leads to `%s`, which something live does not fit any more.\n", r.Commits, r.To)
				break
			}
		}
	}
	return b.String()
}

// doNotMerge lists what has to stop a reviewer.
func (t Text) doNotMerge() string {
	lines := []string{
		"the guard is red, or did not run on the newest commit",
		fmt.Sprintf("the change before it (epoch %d, `%s`) is not applied everywhere: look at the GitOps controller, not at Git", t.Now.Status.Epoch, t.Now.Status.Phase),
		"somebody rotates by hand, or restores an older backup of the control plane",
	}
	if first, ok := t.firstEnd(); ok {
		lines = append(lines, fmt.Sprintf("it is later than %s, when the %s %s ends", Instant(first.NotAfter), first.Kind, sink.Code(first.Name)))
	}
	if t.Move.Wave {
		lines = append(lines, "now is no time for a rolling restart: a freeze, a release, a PodDisruptionBudget that allows none")
	}
	for _, link := range t.Next.Spec.Links {
		lines = append(lines, "the linked cluster "+sink.Code(link.Name)+" is not as its state or observation says")
	}
	if t.Next.Current().TakesTrust {
		lines = append(lines, "it would be merged by a machine: this phase takes trust away, so a person merges it")
	}
	return heading("Do not merge if") + "- " + strings.Join(lines, "\n- ") + "\n"
}

// firstEnd is the certificate in use after the merge that ends first.
func (t Text) firstEnd() (first rotation.Expiry, ok bool) {
	for _, x := range t.After.Certificates {
		if x.InUse && (!ok || x.NotAfter.Before(first.NotAfter)) {
			first, ok = x, true
		}
	}
	return first, ok
}
