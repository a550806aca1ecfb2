package caller

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

// Handshakes makes them by the program, which links a TLS stack
// ([rotation.ProveOptions]). The leaf's key goes over stdin.
func Handshakes(run Program) func(*pki.Peer, time.Time) (refused string, err error) {
	return func(p *pki.Peer, at time.Time) (string, error) {
		shaken, err := exchange.AskHandshake(p, at, run)
		return shaken.Refused, err
	}
}
