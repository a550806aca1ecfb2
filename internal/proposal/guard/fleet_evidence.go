package guard

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// judgeShown says whose word the observations of members are that the change brings. Once
// they are on the base branch they open barriers, so one that no listed key signed is a
// finding in this change, and not only worth nothing in it. was is nil where the change
// brings the fleet file.
func (g *judgement) judgeShown(was, is *fleet.File, fleetName string) error {
	if is == nil {
		is = was
	}
	names := g.broughtByMembers(was, is, fleetName)
	switch {
	case len(names) == 0:
		return nil
	case len(names) > maxBrought+len(is.Spec.Members):
		g.r.fail(problem.PRGuardUnreadable.With("change", fmt.Sprintf("it brings %d observations of members, and at most %d are judged", len(names), maxBrought+len(is.Spec.Members))).In(sink.Name(fleetName)))
		return nil
	}
	committer, err := g.committer()
	if err != nil {
		return err
	}
	for _, b := range names {
		beside := path.Join(path.Dir(fleetName), b.member.State)
		if b.member.Repository != "" {
			beside = fleetName // the state is in another repository
		}
		if err := g.judgeShownBy(b, beside, committer); err != nil {
			return err
		}
	}
	return nil
}

// shown is an observation of a member that the change brings.
type shown struct {
	name   string
	member fleet.Member
	// pinned is the member as the base has it: at whose commit its own keys are listed.
	pinned fleet.Member
	// listed reports whether the fleet file names it; else it is in evidence/.
	listed bool
}

// broughtByMembers are the observations that the change brings or changes, and those that
// only its fleet file makes evidence: of a member that joins, or at a path that it names.
func (g *judgement) broughtByMembers(was, is *fleet.File, fleetName string) (names []shown) {
	for _, m := range is.Spec.Members {
		var before *fleet.Member
		pinned := m
		if was != nil {
			if i := slices.IndexFunc(was.Spec.Members, func(o fleet.Member) bool { return o.Name == m.Name }); i >= 0 {
				before, pinned = &was.Spec.Members[i], was.Spec.Members[i]
			}
		}
		if m.Observation != "" {
			name := path.Join(path.Dir(fleetName), m.Observation)
			known := before != nil && fleet.Clean(before.Observation) == fleet.Clean(m.Observation)
			if g.after.Has(name) && (!known || slices.Contains(g.differs, name)) {
				names = append(names, shown{name, m, pinned, true})
			}
		}
		stateName := path.Join(path.Dir(fleetName), m.State)
		if stateName == g.State || m.Repository != "" {
			continue // what is beside this state was judged by itself
		}
		known := before != nil && fleet.Clean(before.State) == fleet.Clean(m.State)
		// Their names begin with the state's, which is the member's.
		for _, name := range evidenceIn(g.after, m.Name, stateName) {
			if !known || slices.Contains(g.differs, name) {
				names = append(names, shown{name, m, pinned, false})
			}
		}
	}
	return names
}

// judgeShownBy judges one of them. Keys for evidence are those that the base lists beside
// this state, and beside the member's: beside is one of the files there.
func (g *judgement) judgeShownBy(b shown, beside, committer string) error {
	own, ok := g.evidenceKeys()
	if !ok {
		return nil
	}
	list, _ := g.fileOf(g.before, path.Join(path.Dir(beside), g.Signers), "base", statefile.MaxSize)
	keys := slices.Concat(own, evidence.Signers(list), evidence.Signers(g.signersAtPin(b.pinned)))
	if len(keys) == 0 && !b.listed {
		return nil // those in evidence/ are noted by the member's own guard
	}
	signed, err := g.judgeSigner(b.name, sink.Code(b.name)+" of member "+sink.Code(b.member.Name), committer, keys)
	if signed {
		g.signed[b.name] = true
	}
	return err
}

// judgeSigner says whose word an observation of the merge is, and whether one of the keys
// for evidence signed it; called is what it is called in notes.
func (g *judgement) judgeSigner(name, called, committer string, keys []byte) (signed bool, err error) {
	if len(keys) == 0 {
		g.r.noteUnverified(called, committer)
		return false, nil
	}
	who, why, err := g.signerOf(name, keys)
	switch {
	case err != nil:
		return false, err
	case why != nil:
		g.r.fail(problem.PRGuardEvidence.With(committer, sink.Markdown(why.Text)).In(sink.Name(name)))
		return false, nil
	}
	g.r.notes = append(g.r.notes, fmt.Sprintf("observation %s is signed by %s", called, sink.Code(who)))
	return true, nil
}

// signersAtPin is the list beside the state of a member of another repository, at the
// commit that the base pins; nil where nothing has it.
func (g *judgement) signersAtPin(m fleet.Member) []byte {
	if m.Repository == "" || m.Commit == "" {
		return nil
	}
	r, err := g.clones().Open(m.Repository)
	if err != nil {
		return nil
	}
	list, err := r.At(m.Commit, path.Join(path.Dir(fleet.Clean(m.State)), g.Signers), statefile.MaxSize)
	if err != nil {
		return nil
	}
	return list
}

// signerOf says which of the keys signed an observation of the merge, or why none did.
func (g *judgement) signerOf(name string, keys []byte) (who string, why *problem.Problem, err error) {
	text, ok := g.fileOf(g.after, name, "change", base.MaxObservation)
	if !ok {
		return "", problem.EvidenceUnsigned.With(), nil
	}
	return g.signerOfText(text, keys)
}

func (g *judgement) signerOfText(text, keys []byte) (who string, why *problem.Problem, err error) {
	body, signature, err := evidence.Split(text)
	var p *problem.Problem
	if errors.As(err, &p) {
		return "", p, nil
	}
	if err != nil {
		return "", nil, err
	}
	who, why, err = base.SignerOf(body, signature, keys, g.Instant)
	who, _, _ = strings.Cut(who, ", key ")
	return who, why, err
}
