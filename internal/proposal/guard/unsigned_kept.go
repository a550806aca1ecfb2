package guard

import (
	"bytes"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/evidence"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// unsignedKept has a kept observation that no listed key signed open no wait: a guard that
// observes itself let it pass when it came, and nobody can tell it from one that a person
// accepted. What it shows against a move counts still.
func (g *judgement) unsignedKept(o *rotation.Observation) *rotation.Observation {
	keys, ok := g.keysFor(o.Cluster)
	if !ok || len(keys) == 0 || g.isSigned(o, keys, false) {
		return o
	}
	return o.Uncovered()
}

// keptCounts reports whether an observation in evidence/ that a side has opens gates: the
// change brings it, which is judged, or it is not unsigned where keys are listed.
func (g *judgement) keptCounts(name string) bool {
	o := g.observation(g.before, name)
	return slices.Contains(g.differs, name) || o == nil || g.unsignedKept(o) == o
}

// stands: where keys for evidence are listed, what one of them signed counts until
// something newer that one of them signed is known.
func (g *judgement) stands(more []byte) stands {
	return func(newer, older *rotation.Observation) bool {
		if bytes.Equal(g.written[newer], g.written[older]) {
			return true
		}
		keys, _ := g.keysFor(older.Cluster)
		keys = slices.Concat(more, keys)
		return len(keys) == 0 || !g.isSigned(older, keys, true) || g.isSigned(newer, keys, false)
	}
}

// isSigned reports whether one of the keys signed an observation. So many signatures are
// verified at most; of others the answer is beyond.
func (g *judgement) isSigned(o *rotation.Observation, keys []byte, beyond bool) bool {
	signed, known := g.trusted[o]
	if known {
		return signed
	}
	text := g.written[o]
	if _, signature, err := evidence.Split(text); err != nil || signature == nil {
		return false
	}
	if len(g.trusted) == maxBrought {
		return beyond
	}
	_, why, err := g.signerOfText(text, keys)
	g.trusted[o] = why == nil && err == nil
	return g.trusted[o]
}
