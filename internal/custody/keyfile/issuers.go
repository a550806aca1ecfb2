package keyfile

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// OpenIssuers opens the key of every issuer of the state, by fingerprint.
func OpenIssuers(c *custody.Custody) (map[string]pki.Key, error) {
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return nil, statefile.Named(err, c.StatePath, c.StatePath)
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
	if len(keys) == 0 { // whoever asks for handshakes has to know that there are none
		return nil, problem.CustodyNoKeys.With().In(c.StatePath)
	}
	return keys, problems.Err()
}
