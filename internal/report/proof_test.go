package report

import (
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestProofIsUnsafe: a mesh that fails as it is; a step that may not be taken yet is none.
func TestProofIsUnsafe(t *testing.T) {
	step := func(from, to string, safe bool) rotation.ProofStep {
		return rotation.ProofStep{From: from, To: to, Verdict: rotation.Verdict{Safe: safe}}
	}
	for name, c := range map[string]struct {
		steps  []rotation.ProofStep
		unsafe bool
	}{
		"fails now":  {[]rotation.ProofStep{step("stable", "stable", false)}, true},
		"works":      {[]rotation.ProofStep{step("stable", "stable", true)}, false},
		"not yet":    {[]rotation.ProofStep{step("anchor-spread", "anchor-spread", true), step("anchor-spread", "issuer-switched", false)}, false},
		"fails, too": {[]rotation.ProofStep{step("anchor-added", "anchor-spread", true), step("anchor-spread", "anchor-spread", false)}, true},
	} {
		if got := (Proof{&rotation.Proof{Steps: c.steps}}).IsUnsafe(); got != c.unsafe {
			t.Errorf("%s: %t", name, got)
		}
	}
}
