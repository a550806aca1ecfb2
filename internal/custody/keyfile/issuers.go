package keyfile

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// IssuerKeys opens the key of every issuer of the custody's state, by fingerprint of
// the issuer.
func IssuerKeys(c *custody.Custody) (map[string]pki.Key, error) {
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, err
	}
	keys := map[string]pki.Key{}
	var problems problem.List
	for _, k := range all {
		if !strings.HasPrefix(k.Where, "status.issuers[") {
			continue
		}
		key, err := Open(c, k)
		problems.Add(err)
		keys[k.Certificate.Fingerprint()] = key
	}
	return keys, problems.Err()
}
