package guard

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/proposal/text"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// noteBrought names each anchor and issuer that the change brings by its whole
// fingerprint and its end: labels, and the beginnings of fingerprints that other texts
// show, can be chosen by whoever makes a certificate.
func (g *judgement) noteBrought(is *state.Rotation) {
	if g.Now == nil {
		return // a first state is described as a whole
	}
	known := keyuse.Held(g.Now)
	for _, k := range keyuse.Held(is) {
		fingerprint := k.Certificate.Fingerprint()
		if strings.Contains(k.Name, "webhook ") ||
			slices.ContainsFunc(known, func(o render.NamedKey) bool { return o.Certificate.Fingerprint() == fingerprint }) {
			continue
		}
		g.r.notes = append(g.r.notes, fmt.Sprintf("the change brings %s: SHA-256 %s, until %s",
			sink.Markdown(k.Name), sink.Code(fingerprint), text.Instant(k.Certificate.NotAfter)))
	}
}
