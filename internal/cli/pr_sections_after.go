package cli

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// beforeMerge is the gate as commands.
func (t prText) beforeMerge() string {
	var b strings.Builder
	b.WriteString(heading("Before the merge"))
	b.WriteString("The guard judges this change by the gate, writes the outputs again and compares, and checks epoch, log and keys:\n\n")
	base := ""
	if t.base != "" {
		base = "--base " + t.base + " "
	}
	fmt.Fprintf(&b, "```sh\ngit fetch origin\ngit switch --detach origin/%s\nl5d-pki-render pr --guard %s--state %s\n", t.branch, base, delivery.Quoted(t.state))
	for _, n := range t.move.Needs {
		b.WriteString(t.commands(n.Need))
	}
	b.WriteString("```\n")
	return b.String()
}

// commands are those of a need, one a line.
func (t prText) commands(n rotation.Need) (lines string) {
	for _, command := range n.Commands(t.next.WithDefaults().Spec.Linkerd.Namespace) {
		lines += command + "\n"
	}
	return lines
}

// restarts says what the merge restarts.
func (t prText) restarts() string {
	var b strings.Builder
	b.WriteString(heading("What restarts"))
	for _, line := range t.restartLines() {
		b.WriteString("- " + line + "\n")
	}
	return b.String()
}

func (t prText) restartLines() []string {
	spec := t.next.WithDefaults().Spec.Linkerd
	bundle := strings.Join(t.before.Bundle, " ") != strings.Join(t.after.Bundle, " ")
	issuer := strings.Join(t.before.Issuer, " ") != strings.Join(t.after.Issuer, " ")
	var lines []string
	switch {
	case bundle && spec.ExternalCA && !spec.RollControlPlane:
		lines = append(lines, fmt.Sprintf("control plane: nothing rolls it by itself with an external CA: `%s` after the merge", delivery.RestartControlPlane(spec.Namespace)))
	case bundle:
		lines = append(lines, "control plane: identity, destination and proxy-injector roll, for their annotation follows the bundle")
	}
	missing := deliveryLines(t.now, t.next, t.state)
	if issuer && len(missing) == 0 {
		lines = append(lines, "identity reloads its issuer without a restart")
	}
	lines = append(lines, missing...)
	lines = append(lines, delivery.Notes(delivery.Changed(delivery.Of(t.next, t.state), delivery.Between(t.now, t.next)...))...)
	if t.plan.Kind == state.KindWebhooks {
		lines = append(lines, "webhooks: the control plane's own; no workload")
	}
	if t.move.Wave {
		line := "**data plane: every meshed workload restarts**, with stamp " + code(t.next.Status.Stamp)
		if w := t.next.Status.Wave; w != nil {
			line = "**data plane: the meshed workloads of " + plain(strings.Join(w.Namespaces, ", ")) + " restart**, with stamp " + code(t.next.Status.Stamp)
		}
		if t.stamped > 0 {
			line += fmt.Sprintf("; %d pod templates in these files have it", t.stamped)
		}
		lines = append(lines, line)
	} else {
		lines = append(lines, "data plane: no workload restarts by this change")
	}
	return lines
}

// afterMerge says what the next phase waits for.
func (t prText) afterMerge() string {
	k, n := t.step()
	if k >= n || k == 0 || t.next.Status.Rotation == nil {
		if len(t.next.Status.Retired) == 0 {
			return ""
		}
		return heading("After the merge") + "The rotation is over. Retired anchors may still be trusted somewhere: `l5d-pki-render status --state " + delivery.Quoted(t.state) + "` says by whom, and when their keys can be destroyed.\n"
	}
	row := t.plan.Rows[k]
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
	fmt.Fprintf(&b, "l5d-pki-render pr --evidence observation.yaml --state %s   # or --assume %s --because \"how you know\"\n```\n", delivery.Quoted(t.state), row.Needs[0])
	return b.String()
}

// rollback is the gate's verdict on the way back, right after the merge.
func (t prText) rollback() string {
	var b strings.Builder
	b.WriteString(heading("Rollback"))
	if t.revert.Verdict.Safe {
		b.WriteString("Going back to the phase before is safe right after the merge")
	} else {
		b.WriteString("**Going back to the phase before is not safe** right after the merge")
	}
	fmt.Fprintf(&b, "; `l5d-pki-render pr back --state %s` does it, under the same gate and with the log kept. `git revert` would let the epoch fall, and the guard refuses it.\n", delivery.Quoted(t.state))
	for _, r := range t.revert.Verdict.Reasons {
		b.WriteString("- " + plain(r.Text) + "\n")
	}
	if k, _ := t.step(); k > 0 && !t.move.Back {
		for _, r := range t.plan.Rows[k-1].Reverts {
			if !r.Verdict.Safe && r.Commits > 1 {
				fmt.Fprintf(&b, "\nUndoing this change and the ones before it at once is **not safe** from %d changes on: it leads to `%s`, which something live does not fit any more.\n", r.Commits, r.To)
				break
			}
		}
	}
	return b.String()
}

// doNotMerge lists what has to stop a reviewer.
func (t prText) doNotMerge() string {
	lines := []string{
		"the guard is red, or did not run on the newest commit",
		fmt.Sprintf("the change before it (epoch %d, `%s`) is not applied everywhere: look at the GitOps controller, not at Git", t.now.Status.Epoch, t.now.Status.Phase),
		"somebody rotates by hand, or restores an older backup of the control plane",
	}
	if first, ok := t.firstEnd(); ok {
		lines = append(lines, fmt.Sprintf("it is later than %s, when the %s %s ends", stamped(first.NotAfter), first.Kind, code(first.Name)))
	}
	if t.move.Wave {
		lines = append(lines, "now is no time for a rolling restart: a freeze, a release, a PodDisruptionBudget that allows none")
	}
	for _, link := range t.next.Spec.Links {
		lines = append(lines, "the linked cluster "+code(link.Name)+" is not as its state or observation says")
	}
	if t.next.Current().TakesTrust {
		lines = append(lines, "it would be merged by a machine: this phase takes trust away, so a person merges it")
	}
	return heading("Do not merge if") + "- " + strings.Join(lines, "\n- ") + "\n"
}

// firstEnd is the certificate in use after the merge that ends first.
func (t prText) firstEnd() (first rotation.Expiry, ok bool) {
	for _, x := range t.after.Certificates {
		if x.InUse && (!ok || x.NotAfter.Before(first.NotAfter)) {
			first, ok = x, true
		}
	}
	return first, ok
}
