package rotation

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// DuePercent is how much of a certificate's life is left when its rotation is due,
// unless `pr --next` is told otherwise (--start-before).
const DuePercent = 30

// Margin is how much of a certificate's life is left when its rotation is due: the
// longer one of a share and a time. Without both it never is.
type Margin struct {
	Percent float64
	Left    time.Duration
}

// Never reports whether no rotation is ever due.
func (m Margin) Never() bool { return m == Margin{} }

// DueAt is when less than the margin is left of a certificate's life.
func (x Expiry) DueAt(m Margin) time.Time {
	share := time.Duration(m.Percent / 100 * float64(x.NotAfter.Sub(x.NotBefore)))
	return x.NotAfter.Add(-max(m.Left, share))
}

// Replaced is a certificate in use, and the kind of the rotation that replaces it.
type Replaced struct {
	Expiry
	Rotation string
}

// Replaceable are the certificates in use that a rotation replaces, the most urgent
// kind first: a new anchor brings a new issuer with it. Extra anchors are somebody
// else's to rotate.
func (s *Status) Replaceable() (list []Replaced) {
	for _, pair := range [][2]string{{"anchor", state.KindAnchor}, {"issuer", state.KindIssuer}, {"webhook", state.KindWebhooks},
		{"webhook-ca", state.KindWebhooks}} {
		for _, x := range s.Certificates {
			if x.Kind == pair[0] && x.InUse && x.Role == state.RoleCurrent {
				list = append(list, Replaced{x, pair[1]})
			}
		}
	}
	return list
}
