package rotation

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// IsReissue reports whether all that two states of one epoch differ in is an issuer,
// or several one after the other, that a CA in the cluster made anew.
func IsReissue(base, next *state.Rotation) bool {
	fresh := newEntries(base, next)
	for _, e := range fresh {
		if e.Move != state.MoveReissue {
			return false
		}
	}
	return len(fresh) > 0 && base.Status.Epoch == next.Status.Epoch
}

func newEntries(base, next *state.Rotation) []state.LogEntry {
	return next.Status.Log[min(len(base.Status.Log), len(next.Status.Log)):]
}

// ReviewReissue makes each of them again as [Reissued] does, and compares.
func ReviewReissue(base, next *state.Rotation) error {
	refuse := func(why string) error {
		return problem.RotationNoMove.With(base.Status.Phase, next.Status.Phase, why)
	}
	if err := state.Continues(base.Status.Log, next.Status.Log); err != nil {
		return err
	}
	made := base
	for _, e := range newEntries(base, next) {
		chain, found := issuerOf(next, e.Issuer)
		at, err := time.Parse(time.RFC3339, e.At)
		if !found || err != nil {
			return refuse("its log names an issuer that it does not have")
		}
		if made, err = Reissued(made, chain, e.Why, at); err != nil {
			return err
		}
		if last, _ := made.LastEntry(); last.Digest() != e.Digest() {
			return refuse("its log entry is of another move")
		}
	}
	if differs := statusDiffers(made.Status, next.Status); len(differs) > 0 {
		return refuse("it would leave another " + strings.Join(differs, ", "))
	}
	return nil
}

// issuerOf is the certificate of a state's issuers, in force or before, with a fingerprint.
func issuerOf(s *state.Rotation, fingerprint string) (pki.Chain, bool) {
	var texts []string
	for _, i := range s.Status.Issuers {
		texts = append(texts, i.Certificate)
	}
	for _, i := range s.Status.RetiredIssuers {
		texts = append(texts, i.Certificate)
	}
	for _, text := range texts {
		if chain, err := pki.ParseChain([]byte(text)); err == nil && chain[0].Fingerprint() == fingerprint {
			return chain[:1], true
		}
	}
	return nil, false
}
