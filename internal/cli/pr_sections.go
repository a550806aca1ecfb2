package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// sections of a body, in their order. What a reviewer decides by stays to the last.
func (t prText) sections(l forge.Limits) []section {
	list := []section{
		{"summary", 0, t.summary()},
		{"what changes", 0, t.whatChanges()},
		{"the files", 3, t.fileList()},
		{"certificates", 5, t.certificates(l)},
		{"the phases", 4, t.phases()},
		{"why it is safe", 0, t.whySafe()},
		{"the trust matrix", 6, t.matrix(l)},
		{"before the merge", 0, t.beforeMerge()},
		{"what restarts", 0, t.restarts()},
		{"after the merge", 2, t.afterMerge()},
		{"rollback", 0, t.rollback()},
		{"when not to merge", 0, t.doNotMerge()},
	}
	if l.Mermaid {
		chart := planReport{t.plan, t.at}.gantt()
		list = slices.Insert(list, 5, section{"the time table", 7, "```mermaid\n" + chart + "```\n"})
	}
	return slices.DeleteFunc(list, func(s section) bool { return s.text == "" })
}

func (t prText) summary() string {
	k, n := t.step()
	from := fmt.Sprintf("`%s` (epoch %d)", t.now.Status.Phase, t.now.Status.Epoch)
	to := fmt.Sprintf("`%s` (epoch %d)", t.next.Status.Phase, t.next.Status.Epoch)
	text := fmt.Sprintf("**%s → %s**, step %d of %d of the %s of `%s`: %s.\n", from, to, k, n, t.rotationName(), t.next.Metadata.Name, t.next.Current().Meaning)
	if t.shut {
		text += "\n**Not ready: the gate is shut.** This draft becomes ready when the evidence is there.\n"
	}
	if t.move.DowntimeAccepted {
		text += "\n**Downtime is accepted with this change:** connections fail, as named below.\n"
	}
	return text
}

// whatChanges compares what is delivered before and after.
func (t prText) whatChanges() string {
	rows := [][]string{{"", "before", "after"}}
	row := func(name, before, after string) {
		if before == after && before != code("") {
			after = "the same"
		}
		rows = append(rows, []string{name, before, after})
	}
	row("trust bundle", t.certNames(t.before.Bundle), t.certNames(t.after.Bundle))
	row("issuer", t.certNames(t.before.Issuer), t.certNames(t.after.Issuer))
	row("rollout stamp", code(t.now.Status.Stamp), code(t.next.Status.Stamp))
	text := heading("What changes") + markdownTable(rows)
	if t.origin != "" {
		text += "\nThe incoming certificates and keys were " + plain(t.origin) + ".\n"
	}
	return text
}

// fileList names the files of the change, as many as one looks at.
func (t prText) fileList() string {
	const shown = 20
	var b strings.Builder
	b.WriteString("Files:\n\n")
	for i, name := range t.files {
		if i == shown {
			fmt.Fprintf(&b, "- and %d more\n", len(t.files)-shown)
			break
		}
		b.WriteString("- " + code(name) + "\n")
	}
	return b.String()
}

// certNames are certificates by their names in the state and the beginnings of
// their fingerprints.
func (t prText) certNames(fingerprints []string) string {
	var names []string
	for _, fp := range fingerprints {
		name := ""
		for _, x := range slices.Concat(t.after.Certificates, t.before.Certificates) {
			if x.Fingerprint == fp && name == "" {
				name = plain(x.Name) + " "
			}
		}
		names = append(names, name+code(fp[:8]))
	}
	return strings.Join(names, ", ")
}

// certificates are all of the state, those that it leaves behind included.
func (t prText) certificates(l forge.Limits) string {
	rows := [][]string{{"certificate", "role", "subject", "SHA-256 fingerprint", "valid from (UTC)", "valid to (UTC)"}}
	roleBefore := map[string]string{}
	for _, x := range t.before.Certificates {
		roleBefore[x.Kind+x.Fingerprint] = x.Role
	}
	seen := map[string]bool{}
	add := func(x rotation.Expiry, role string) {
		seen[x.Kind+x.Fingerprint] = true
		rows = append(rows, []string{x.Kind + " " + plain(x.Name), role, code(x.Subject), code(x.Fingerprint), stamped(x.NotBefore), stamped(x.NotAfter)})
	}
	for _, x := range t.after.Certificates {
		before, known := roleBefore[x.Kind+x.Fingerprint]
		switch {
		case !known:
			add(x, "new: "+x.Role)
		case before != x.Role:
			add(x, before+" → "+x.Role)
		default:
			add(x, x.Role)
		}
	}
	for _, x := range t.before.Certificates {
		if !seen[x.Kind+x.Fingerprint] {
			add(x, "gone")
		}
	}
	return folded(l, fmt.Sprintf("Certificates (%d)", len(rows)-1), markdownTable(rows))
}

// phases is the whole rotation, with this change in it.
func (t prText) phases() string {
	k, _ := t.step()
	rows := [][]string{{"", "phase", "bundle", "issuer", "needs", "restart wave", "not before (UTC)", "commits that may be reverted"}}
	for i, row := range t.plan.Rows {
		mark, name := fmt.Sprint(i+1), code(row.Phase)
		when := stamped(row.Earliest)
		switch {
		case i+1 == k:
			mark, name, when = "**"+mark+"**", "**"+row.Phase+"** (this change)", ""
		case i+1 < k || row.Done && !t.move.Back:
			mark, when = mark+" ✓", ""
		}
		rows = append(rows, []string{mark, name, t.certNames(row.Bundle), t.certNames(row.Issuer), needs(row.Needs), wave(row), when, revert(row)})
	}
	return heading("Where this stands") + markdownTable(rows)
}

// whySafe is the verdict and what it rests on.
func (t prText) whySafe() string {
	var b strings.Builder
	b.WriteString(heading("Why it is safe"))
	if len(t.move.Shut) == 0 && len(t.change.Verdict.Reasons) == 0 {
		begin := "Every"
		if len(t.change.Verdict.Standing) > 0 {
			begin = "But for what fails already and is not of this change (below), every"
		}
		fmt.Fprintf(&b, "%s bundle that a live endpoint holds, or may still be given, verifies the chain that is signed with after this change, and the bundle delivered after it verifies every chain that is served: %s. Leaves by the rules of proxies (webpki), issuers by those of identity (Go).\n\n", begin, pairs(t.change.Matrix))
	}
	for _, p := range t.move.Shut {
		b.WriteString("- **shut:** " + plain(p.Error()) + "\n")
	}
	for _, r := range t.change.Verdict.Reasons {
		if len(t.move.Shut) == 0 {
			b.WriteString("- accepted downtime: " + plain(r.Text) + "\n")
		}
	}
	for _, r := range t.change.Verdict.Standing {
		b.WriteString("- stands already: " + plain(r.Text) + "\n")
	}
	for _, n := range t.move.Needs {
		if n.Met {
			b.WriteString("- " + plain(needLine(n)) + "\n")
		}
	}
	for _, o := range t.evidence.Observations {
		fmt.Fprintf(&b, "- observed: cluster %s at %s, covering %s\n", code(o.Cluster), o.At, strings.Join(o.Covered(), ", "))
	}
	for _, a := range t.evidence.Assumptions {
		fmt.Fprintf(&b, "- on somebody's word: %s, because %s\n", a.Code, code(a.Because))
	}
	if d := t.evidence.Digest(); t.entry.Evidence != "" && d != t.entry.Evidence {
		fmt.Fprintf(&b, "- the log names evidence with digest %s that is not part of this change: ask who made it to show it\n", code(t.entry.Evidence[:16]))
	}
	return b.String()
}

// pairs counts the cells of the matrix that have to verify.
func pairs(matrix []rotation.Cell) string {
	live := 0
	for _, cell := range matrix {
		if cell.OK(rotation.ByProxy) {
			live++
		}
	}
	if live == len(matrix) {
		return fmt.Sprintf("all %d pairs of bundle and chain verify", live)
	}
	return fmt.Sprintf("%d of %d pairs of bundle and chain verify", live, len(matrix))
}

func (t prText) matrix(l forge.Limits) string {
	step := rotation.ProofStep{Matrix: t.change.Matrix}
	return folded(l, fmt.Sprintf("Trust matrix (%d pairs)", len(t.change.Matrix)), markdownTable(plainRows(matrixRows(step))))
}
