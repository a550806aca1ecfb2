package proposal

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// DefaultSigners is the list of keys whose commits are taken over, where none is named.
const DefaultSigners = "allowed_signers"

// followed refuses what no move of a fleet follows: a command that ignored it would look
// as if it had followed it.
func followed(q Request) error {
	m := q.Material
	var ignored []string
	for _, given := range []struct {
		flag string
		set  bool
	}{
		{"rollout", q.Wish.Verb == state.MoveRollout},
		{"--observe", q.Evidence.Observe != nil}, {"--evidence-key", q.EvidenceKey != ""},
		{"--draft-until-gate", q.Wish.Ahead}, {"--out", q.Out != ""}, {"--allowed-signers", q.Signers != DefaultSigners},
		{"--name", m.Name != ""}, {"--keys-dir", m.KeysDir != ""}, {"--issuer-key", m.IssuerKey != ""},
		{"--signed", m.Signed != ""}, {"--csr", m.Request != ""}, {"--signer", m.Signer != ""}, {"--anchor-signer", m.AnchorSigner != ""},
	} {
		if given.set {
			ignored = append(ignored, given.flag)
		}
	}
	if len(ignored) > 0 {
		return problem.PRFleetFlags.With(strings.Join(ignored, ", "))
	}
	return nil
}
