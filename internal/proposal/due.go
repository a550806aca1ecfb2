package proposal

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// due says which move comes next; no verb: none, and why. An error says that a
// certificate ends and a person is needed.
func (c *call) due(m margin) (Ask, string, error) {
	if c.Now.Status.Rotation != nil {
		return Ask{Verb: state.MoveAdvance}, "", nil
	}
	st, err := rotation.StatusOf(c.Now, rotation.Evidence{}, c.Instant)
	if err != nil {
		return Ask{}, "", err
	}
	kind, x, ok := endingSoon(st, m, c.Instant)
	if !ok {
		return Ask{}, "no rotation is under way, and no certificate in use ends soon", nil
	}
	keeper, err := c.Custody(c.keyHome(c.Now), c.Now)
	if err != nil {
		return Ask{}, "", err
	}
	why := fmt.Sprintf("%s %q ends at %s", x.Kind, x.Name, text.Instant(x.NotAfter))
	switch {
	case x.Expired && kind == state.KindAnchor:
		return Ask{}, why, problem.PRBlocked.With(why, "expired material is replaced or renewed by a person")
	case keeper.Name == state.CustodyFile && !filepath.IsAbs(c.Keys.Folder(keeper, c.Now)):
		return Ask{}, why, problem.PRBlocked.With(why, "custody file would leave the new keys in the folder of this job: give --keys-dir an absolute path that outlives it, or start the rotation by hand")
	}
	return Ask{state.MoveStart, kind, false}, why, nil
}

// startKinds by kind of certificate, the most urgent first: a new anchor brings
// a new issuer with it.
var startKinds = [][2]string{{"anchor", state.KindAnchor}, {"issuer", state.KindIssuer}, {"webhook", state.KindWebhooks}, {"webhook-ca", state.KindWebhooks}}

// endingSoon finds the certificate in use because of which a rotation is due. Extra
// anchors are somebody else's to rotate.
func endingSoon(st *rotation.Status, m margin, at time.Time) (kind string, x rotation.Expiry, ok bool) {
	for _, pair := range startKinds {
		for _, x := range st.Certificates {
			if x.Kind == pair[0] && x.InUse && x.Role == state.RoleCurrent && m.reached(x, at) {
				return pair[1], x, true
			}
		}
	}
	return "", rotation.Expiry{}, false
}

// margin is how much of a certificate's life has to be left.
type margin struct {
	percent float64
	left    time.Duration
}

// marginOf reads "30%", a duration, or "never".
func marginOf(text string) (margin, error) {
	if text == "never" || text == "" {
		return margin{}, nil
	}
	if number, isPercent := strings.CutSuffix(text, "%"); isPercent {
		percent, err := strconv.ParseFloat(number, 64)
		if err != nil || percent <= 0 || percent >= 100 {
			return margin{}, problem.PRMargin.With(text)
		}
		return margin{percent: percent}, nil
	}
	left, err := state.ParseDuration(text)
	if err != nil || left <= 0 {
		return margin{}, problem.PRMargin.With(text)
	}
	return margin{left: time.Duration(left)}, nil
}

func (m margin) reached(x rotation.Expiry, at time.Time) bool {
	if m.percent == 0 && m.left == 0 {
		return false
	}
	left := max(m.left, time.Duration(m.percent/100*float64(x.NotAfter.Sub(x.NotBefore))))
	return x.NotAfter.Sub(at) < left
}
