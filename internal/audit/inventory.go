package audit

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// inventory lists the certificates of a state.
func inventory(s *state.Rotation) Certificates {
	st, err := rotation.StatusOf(s, rotation.Evidence{}, time.Time{})
	if err != nil {
		return Certificates{Known: no(firstText(err))}
	}
	all := Certificates{Known: yes}
	for _, c := range st.Certificates {
		all.List = append(all.List, Certificate{
			Kind: c.Kind, Name: c.Name, Role: c.Role, Subject: c.Subject, Serial: c.Certificate.SerialNumber.Text(16), SHA256: c.Fingerprint,
			Key: c.Certificate.KeyKind(), Signature: c.Certificate.SignatureAlgorithm.String(),
			NotBefore: c.NotBefore.UTC().Format(time.RFC3339), NotAfter: c.NotAfter.UTC().Format(time.RFC3339), InUse: c.InUse,
		})
	}
	return all
}

// firstText is what an error says, without files and hints.
func firstText(err error) string { return problem.Of(err)[0].Text }
