package text

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// sections of a body, in their order. What a reviewer decides by stays to the last.
func (t Text) sections(l forge.Limits) []section {
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
		chart := report.Gantt(t.Plan)
		list = slices.Insert(list, 5, section{"the time table", 7, "```mermaid\n" + chart + "```\n"})
	}
	return slices.DeleteFunc(list, func(s section) bool { return s.text == "" })
}

func (t Text) summary() string {
	k, n := t.step()
	from := fmt.Sprintf("`%s` (epoch %d)", t.Now.Status.Phase, t.Now.Status.Epoch)
	to := fmt.Sprintf("`%s` (epoch %d)", t.Next.Status.Phase, t.Next.Status.Epoch)
	text := fmt.Sprintf("**%s → %s**, step %d of %d of the %s of `%s`: %s.\n", from, to, k, n, t.rotationName(), t.Next.Metadata.Name, t.Next.Current().Meaning)
	if t.Shut {
		text += "\n**Not ready: the gate is shut.** This draft becomes ready when the evidence is there.\n"
	}
	if t.Move.DowntimeAccepted {
		text += "\n**Downtime is accepted with this change:** connections fail, as named below.\n"
	}
	return text
}

// whatChanges compares what is delivered before and after.
func (t Text) whatChanges() string {
	rows := [][]string{{"", "before", "after"}}
	row := func(name, before, after string) {
		if before == after && before != sink.Code("") {
			after = "the same"
		}
		rows = append(rows, []string{name, before, after})
	}
	row("trust bundle", t.CertNames(t.Before.Bundle), t.CertNames(t.After.Bundle))
	row("issuer", t.CertNames(t.Before.Issuer), t.CertNames(t.After.Issuer))
	row("rollout stamp", sink.Code(t.Now.Status.Stamp), sink.Code(t.Next.Status.Stamp))
	text := heading("What changes") + report.MarkdownTable(rows)
	return text + originOf(t.Origin)
}

// originOf says where new material comes from, on the word of the commit: anybody can make
// its trailer, and every clone writes the same text for it.
func originOf(origin string) string {
	if origin == "" {
		return ""
	}
	return "\nThe commit says that the incoming certificates and keys were " + sink.Markdown(origin) + ".\n"
}

// columns are what a reviewer compares of a certificate.
var columns = []string{"subject", "SHA-256 fingerprint", "valid from (UTC)", "valid to (UTC)"}

func cells(x rotation.Expiry) []string {
	return []string{sink.Code(x.Subject), sink.Code(x.Fingerprint), Instant(x.NotBefore), Instant(x.NotAfter)}
}

// Step is a state before and after a change.
type Step struct{ Before, After *state.Rotation }

// Incoming is where the new certificates of several states come from, and each of them
// with the states that get it; "" if there are none.
func Incoming(origin string, steps []Step) (string, error) {
	rows := [][]string{append([]string{"for", "certificate"}, columns...)}
	at := map[string]int{}
	for _, s := range steps {
		had, err := rotation.CertificatesOf(s.Before)
		if err != nil {
			return "", err
		}
		has, err := rotation.CertificatesOf(s.After)
		if err != nil {
			return "", err
		}
		who := sink.Markdown(s.After.Metadata.Name)
		for _, x := range has {
			if slices.ContainsFunc(had, func(old rotation.Expiry) bool { return old.Fingerprint == x.Fingerprint }) {
				continue
			}
			if row, known := at[x.Fingerprint]; known {
				rows[row][0] += ", " + who
				continue
			}
			at[x.Fingerprint] = len(rows)
			rows = append(rows, append([]string{who, x.Kind + " " + sink.Markdown(x.Name)}, cells(x)...))
		}
	}
	if len(rows) == 1 {
		return "", nil
	}
	return originOf(origin) + "\n" + report.MarkdownTable(rows), nil
}

// fileList names the files of the change, as many as one looks at.
func (t Text) fileList() string {
	const shown = 20
	var b strings.Builder
	b.WriteString("Files:\n\n")
	for i, name := range t.Files {
		if i == shown {
			fmt.Fprintf(&b, "- and %d more\n", len(t.Files)-shown)
			break
		}
		b.WriteString("- " + sink.Code(name) + "\n")
	}
	return b.String()
}

// CertNames are certificates by their names in the state and the beginnings of
// their fingerprints.
func (t Text) CertNames(fingerprints []string) string {
	var names []string
	for _, fp := range fingerprints {
		name := ""
		for _, x := range slices.Concat(t.After.Certificates, t.Before.Certificates) {
			if x.Fingerprint == fp && name == "" {
				name = sink.Markdown(x.Name) + " "
			}
		}
		names = append(names, name+sink.Code(fp[:8]))
	}
	return strings.Join(names, ", ")
}

// certificates are all of the state, those that it leaves behind included.
func (t Text) certificates(l forge.Limits) string {
	rows := [][]string{append([]string{"certificate", "role"}, columns...)}
	roleBefore := map[string]string{}
	for _, x := range t.Before.Certificates {
		roleBefore[x.Kind+x.Fingerprint] = x.Role
	}
	seen := map[string]bool{}
	add := func(x rotation.Expiry, role string) {
		seen[x.Kind+x.Fingerprint] = true
		rows = append(rows, append([]string{x.Kind + " " + sink.Markdown(x.Name), role}, cells(x)...))
	}
	for _, x := range t.After.Certificates {
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
	for _, x := range t.Before.Certificates {
		if !seen[x.Kind+x.Fingerprint] {
			add(x, "gone")
		}
	}
	return Folded(l, fmt.Sprintf("Certificates (%d)", len(rows)-1), report.MarkdownTable(rows))
}

// phases is the whole rotation, with this change in it.
func (t Text) phases() string {
	k, _ := t.step()
	rows := [][]string{{"", "phase", "bundle", "issuer", "needs", "restart wave", "not before (UTC)", "commits that may be reverted"}}
	for i, row := range t.Plan.Rows {
		mark, name := fmt.Sprint(i+1), sink.Code(row.Phase)
		when := Instant(row.Earliest)
		switch {
		case i+1 == k:
			mark, name, when = "**"+mark+"**", "**"+row.Phase+"** (this change)", ""
		case i+1 < k || row.Done && !t.Move.Back:
			mark, when = mark+" ✓", ""
		}
		rows = append(rows, []string{mark, name, t.CertNames(row.Bundle), t.CertNames(row.Issuer), report.Needs(row.Needs), report.Wave(row),
			when, report.Reverts(row)})
	}
	return heading("Where this stands") + report.MarkdownTable(rows)
}

// whySafe is the verdict and what it rests on.
func (t Text) whySafe() string {
	var b strings.Builder
	b.WriteString(heading("Why it is safe"))
	if len(t.Move.Shut) == 0 && len(t.Change.Verdict.Reasons) == 0 {
		begin := "Every"
		if len(t.Change.Verdict.Standing) > 0 {
			begin = "But for what fails already and is not of this change (below), every"
		}
		fmt.Fprintf(&b, "%s bundle that a live endpoint holds, or may still be given, verifies the chain that is signed with after this change, and the bundle delivered after it verifies every chain that is served: %s. Leaves by the rules of proxies (webpki), issuers by those of identity (Go).\n\n", begin, pairs(t.Change.Matrix))
	}
	for _, p := range t.Move.Shut {
		b.WriteString("- **shut:** " + sink.Markdown(p.Error()) + "\n")
	}
	for _, r := range t.Change.Verdict.Reasons {
		if len(t.Move.Shut) == 0 {
			b.WriteString("- accepted downtime: " + sink.Markdown(r.Text) + "\n")
		}
	}
	for _, r := range t.Change.Verdict.Standing {
		b.WriteString("- stands already: " + sink.Markdown(r.Text) + "\n")
	}
	for _, n := range t.Move.Needs {
		if n.Met {
			b.WriteString("- " + sink.Markdown(report.NeedLine(n)) + "\n")
		}
	}
	for _, o := range t.Evidence.Observations {
		fmt.Fprintf(&b, "- observed: cluster %s at %s, covering %s\n", sink.Code(o.Cluster), o.At, strings.Join(o.Covered(), ", "))
	}
	for _, a := range t.Evidence.Assumptions {
		fmt.Fprintf(&b, "- on somebody's word: %s, because %s\n", a.Code, sink.Code(a.Because))
	}
	if t.Entry.Evidence != "" && !t.Evidence.Has(t.Entry.Evidence) {
		fmt.Fprintf(&b, "- the log names evidence with digest %s that is not part of this change: ask who made it to show it\n", sink.Code(t.Entry.Evidence[:16]))
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

func (t Text) matrix(l forge.Limits) string {
	step := rotation.ProofStep{Matrix: t.Change.Matrix}
	return Folded(l, fmt.Sprintf("Trust matrix (%d pairs)", len(t.Change.Matrix)),
		report.MarkdownTable(report.MarkdownRows(report.MatrixRows(step))))
}
