package custody

import (
	"bytes"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// FuzzKeyFiles: key files come from Git, and so from anybody: whatever stands in
// one, it is read or refused.
func FuzzKeyFiles(f *testing.F) {
	o := x25519(f)
	c := ageCustody(f, state.Custody{Recipients: []string{o.recipient}}, map[string]string{envSOPSKey: o.identity})
	sealed, err := c.Seal(mint(f), named)
	if err != nil {
		f.Fatal(err)
	}
	_, certificate := certified(f)
	of := issuerKey(certificate)
	for _, seed := range []string{string(sealed), string(sealed[:300]), "-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n-----END AGE ENCRYPTED FILE-----\n",
		"kind: Secret\nsops: {mac: x, age: [{recipient: age1x}], key_groups: [{age: [{recipient: y}]}, 3]}\nmetadata: {annotations: {l5d-pki-render/spki-sha256: aa}}\n",
		sopsOf(f, of), "sops: {mac: x, age: 3}", "sops: [", "a: &a [*a]", ""} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		_, _ = ageFacts(file)
		key, err := c.Open(file, named)
		if (err == nil) != (key.Signer() != nil) {
			t.Errorf("an error and a key, or neither: %v", err)
		}
		if _, err := sopsFacts(file); err == nil {
			text, err := sopsStandIn(c, *of.Secret, file)
			if err == nil && !bytes.Contains(text, []byte(SPKI(certificate))) {
				t.Error("another key's file stands in")
			}
		}
	})
}
