package guard

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// judgeMove judges the step of the status from the base's.
func (g *judgement) judgeMove(next *state.Rotation) error {
	r := g.r
	was, is := g.Now.Clone().Status, next.Clone().Status
	r.noteSpec(g.Now, next)
	r.judgeSpec(g.Now, next, g.sameLink)
	r.judgeMetadata(g.Now.Metadata, next.Metadata)
	r.judgeInstants(was.Log, is.Log, g.Instant)
	every := func(place) bool { return true }
	if err := g.judgeAuthors(every); err != nil {
		return err
	}
	g.judgeOlder(every, g.State)
	g.judgeWebhooks(next)
	switch {
	case g.Now.Metadata.Name != next.Metadata.Name:
		r.findings = append(r.findings, problem.RotationOtherMesh.With(g.Now.Metadata.Name, next.Metadata.Name))
	case is.Epoch < was.Epoch:
		r.findings = append(r.findings, g.judgeFall(next))
	case rotation.IsReissue(g.Now, next):
		r.judgeReissue(g.Now, next)
		g.noteEvidence()
		return g.judgeFleet(g.Now, rotation.Evidence{}) // the step itself is none of the fleet's
	case is.Epoch == was.Epoch:
		if err := state.Continues(was.Log, is.Log); err != nil {
			r.findings = append(r.findings, problem.Of(err)...)
		} else if len(was.Log) != len(is.Log) || !rotation.SameMaterial(g.Now, next) {
			r.findings = append(r.findings, problem.PRGuardByHand.With(was.Phase, was.Epoch))
		}
		r.judgeWave(was.Wave, is.Wave)
		g.noteEvidence()
		if err := g.judgeFleet(next, rotation.Evidence{}); err != nil {
			return err
		}
		if len(r.findings) == 0 {
			r.notes = append(r.notes, fmt.Sprintf("no change of phase: the state stays in `%s` (epoch %d)", is.Phase, is.Epoch))
		}
	default:
		return g.judgeStep(next)
	}
	return nil
}

// judgeReissue judges what `custody read-back` takes down: the cluster made the
// issuer anew, which only a custody in the cluster does.
func (r *Report) judgeReissue(was, next *state.Rotation) {
	if kind := was.WithDefaults().Spec.Custody.Kind; kind != state.CustodyCertManager && kind != state.CustodyExternalSecret {
		r.findings = append(r.findings, problem.CustodyNoReadBack.With(kind).In(r.state).On("status.issuers"))
		return
	}
	if err := rotation.ReviewReissue(was, next); err != nil {
		r.findings = append(r.findings, problem.Of(err)...)
		return
	}
	last, _ := next.LastEntry()
	r.notes = append(r.notes, fmt.Sprintf("**the issuer was made anew in the cluster** (`custody read-back`), by the same anchor and under the same name: compare %s (SHA-256) with what the cluster has", sink.Code(last.Issuer)))
	r.judgeWave(was.Status.Wave, next.Status.Wave)
}

// judgeFall says what is wrong with an epoch that falls: what a revert in Git does.
func (g *judgement) judgeFall(next *state.Rotation) *problem.Problem {
	was, is := g.Now.Status, next.Status
	judged, err := rotation.JudgeChange(g.Now, next, rotation.Evidence{}, g.Instant)
	if err == nil && judged.Verdict.Safe && was.Epoch-is.Epoch == 1 {
		return problem.PRGuardFalls.With(was.Epoch, is.Epoch, was.Phase, is.Phase)
	}
	why := "more than one phase at once"
	if err == nil && !judged.Verdict.Safe {
		why = judged.Verdict.Reasons[0].Text
	}
	return problem.PRGuardRevert.With(was.Epoch-is.Epoch, was.Phase, is.Phase, why)
}

// judgeStep judges a move by the gate, with the evidence that the change has
// and that the flags bring.
func (g *judgement) judgeStep(next *state.Rotation) error {
	r := g.r
	brought := g.q.Evidence
	if brought.Counts = g.keptCounts; brought.Observe != nil {
		brought.Counts = func(name string) bool { return g.signed[name] }
	}
	evidence, err := g.Witnessed(next, brought)
	if err != nil { // it came with the change, so the change cannot be judged
		r.findings = append(r.findings, problem.Of(g.Told(err))...)
		return nil
	}
	if err := g.countLinks(next, &evidence); err != nil {
		return err
	}
	evidence.Earlier = g.kept(evidence.Observations)
	was, is, err := g.asLanded(next)
	if err != nil {
		return err
	}
	m, err := rotation.Review(was, is, evidence, g.Instant)
	if err != nil {
		r.findings = append(r.findings, problem.Of(err)...)
		return nil
	}
	m.State = next
	last, _ := next.LastEntry()
	if rotation.Prepared(last) {
		r.findings = append(r.findings, problem.PRGuardPrepared.With(m.To))
	}
	r.findings = append(r.findings, m.Shut...)
	if err := g.judgeFleet(next, evidence); err != nil {
		return err
	}
	if m.DowntimeAccepted {
		r.notes = append(r.notes, "**downtime is accepted with this change**; the log says so")
	}
	for _, a := range evidence.Assumptions {
		r.notes = append(r.notes, wordNote(a))
	}
	for _, o := range evidence.Observations {
		r.notes = append(r.notes, fmt.Sprintf("on an observation of cluster %s at %s", sink.Code(o.Cluster), o.At))
	}
	if err := g.noteUnseen(next); err != nil {
		return err
	}
	t, err := text.Of(g.Now, next, evidence)
	if err != nil {
		return err
	}
	t.Move, t.State, t.Base, t.Files = m, g.State, g.Branch, g.differs
	t.Stamped, err = g.newStamps(next.Status.Stamp)
	r.move = &t
	return base.GitProblem(err)
}

// wordNote names what somebody vouched for.
func wordNote(a rotation.Assumption) string {
	note := fmt.Sprintf("on somebody's word, as the log has it: %s, because %s", a.Code, sink.Code(a.Because))
	if a.Forced {
		return "**forced, against what is known (--force)**: " + note
	}
	return note
}

// maxStamped is the largest file in which stamps are counted, in bytes.
const maxStamped = 16 << 20

// newStamps counts the places in the changed files that have the stamp now and
// had another, or none, at the base.
func (g *judgement) newStamps(stamp string) (count int, err error) {
	if stamp == "" {
		return 0, nil
	}
	counts := map[string]int{} // per file, negative where the base has more
	for sign, t := range map[int]*repo.Tree{1: g.after, -1: g.before} {
		err := g.texts(t, g.differs, maxStamped, func(name string, text []byte) {
			counts[name] += sign * strings.Count(string(text), stamp)
		})
		if err != nil {
			return 0, err
		}
	}
	delete(counts, g.State)
	for _, n := range counts {
		count += max(0, n)
	}
	return count, nil
}

// linksJudged checks what spec.links and evidence name before any of it is
// read: regular files of the change, or what the base names outside of it.
func (g *judgement) linksJudged(next *state.Rotation) bool {
	before := len(g.r.findings)
	known := map[string]bool{}
	if g.Now != nil {
		for _, link := range g.Now.Spec.Links {
			known[link.State], known[link.Observation] = true, true
		}
	}
	for _, link := range next.Spec.Links {
		for _, path := range []string{link.State, link.Observation} {
			name := g.Beside(path)
			switch {
			case path == "":
			case filepath.IsAbs(filepath.FromSlash(path)) || !filepath.IsLocal(filepath.FromSlash(name)):
				if !known[path] {
					g.r.fail(problem.PRGuardLinkOutside.With(sink.Name(link.Name), sink.Name(path)).In(g.State))
				}
			default:
				g.r.owned = append(g.r.owned, name)
				if g.regular(name); path == link.State {
					g.judgeLinkName(link, name)
				}
			}
		}
	}
	for _, name := range g.differs {
		if g.Now != nil && g.IsEvidence(name) {
			g.r.owned = append(g.r.owned, name)
			if g.regular(name); g.after.Has(name) {
				g.readable(name)
			}
		}
	}
	return len(g.r.findings) == before
}

// judgeLinkName: a new link has the name of the state that it leads to, and that state
// keeps it: observations of its cluster are found by it. Moves refuse links of the base.
func (g *judgement) judgeLinkName(link state.Link, name string) {
	known := g.Now != nil && slices.Contains(g.Now.Spec.Links, link) && !slices.Contains(g.differs, name)
	e, err := g.after.Find(name)
	if err != nil || known {
		return
	}
	text, err := g.Repo.Read(e, statefile.MaxSize)
	if err != nil {
		return
	}
	if linked, err := state.ParseLegacy(name, text); err == nil { // else said where it is read
		if p := link.Leads(linked); p != nil {
			g.r.fail(p.In(g.State).On("spec.links"))
		}
	}
}

// readable adds a finding for an observation of the merge that cannot be read: every
// move after it would stop there.
func (g *judgement) readable(name string) {
	e, err := g.after.Find(name)
	if err != nil {
		return // said by regular
	}
	text, err := g.Repo.Read(e, base.MaxObservation)
	if err == nil {
		_, err = rotation.ParseObservation(name, text)
	}
	if err != nil {
		g.r.fail(problem.PRGuardUnreadable.With("change", sink.Cut(problem.Of(err)[0].Text, "", maxCommitter)).In(sink.Name(name)))
	}
}

// regular adds a finding for a path of the merge that is no regular file, or one
// too large to be read; nothing at all is for its reader to miss.
func (g *judgement) regular(name string) {
	switch _, err := g.after.Find(name); {
	case base.IsNotRegular(err):
		g.r.fail(problem.PRGuardNotFile.With(err, "change").In(sink.Name(name)))
	case g.skipped[name]:
		g.r.fail(problem.PRGuardUnreadable.With("change", repo.ErrTooLarge).In(sink.Name(name)))
	}
}
