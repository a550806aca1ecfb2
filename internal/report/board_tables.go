package report

import (
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// certificates is the inventory. It has no certificate itself.
func (b Board) certificates() []document.Block {
	t := document.Table{
		Caption: "Every certificate of the state, in the order of its file", None: "The state has no certificates.",
		Head: []string{"certificate", "used", "left", "not before", "not after", "key", "subject", "serial number", "SHA-256 fingerprint"},
	}
	for _, x := range b.Status.Certificates {
		name := kindWords[x.Kind] + " " + x.Name
		if short := b.names.short[x.Fingerprint]; short != "" {
			name += " (" + short + ")"
		}
		use := "not in use"
		if x.InUse {
			use = "in use"
		}
		if x.Role != "" {
			use = x.Role + ", " + use
		}
		t.Rows = append(t.Rows, []document.Line{
			document.Say("%s", name), document.Say("%s", use), lifeLeft(x, b.Status.At), document.Say("%s", x.NotBefore.Format(time.RFC3339)), document.Say("%s", x.NotAfter.Format(time.RFC3339)),
			document.Say("%s", x.Certificate.KeyKind()), document.Say("%s", x.Subject), document.Code.Say("%s", x.Certificate.SerialHex()), document.Code.Say("%s", x.Fingerprint),
		})
	}
	return []document.Block{t}
}

// lifeLeft says how much of a life is left, and whether that is little.
func lifeLeft(x rotation.Expiry, at time.Time) document.Line {
	switch health(x) {
	case screen.Bad:
		return document.Bad.Say("%s", left(x, at))
	case screen.Warn:
		return document.Warn.Say("%s: due for rotation", left(x, at))
	default:
		return document.Say("%s", left(x, at))
	}
}

// severityLooks are how bad findings look; their words say so too.
var severityLooks = map[pki.Severity]document.Look{pki.Error: document.Bad, pki.Warning: document.Warn}

// hazards is what lint and doctor found.
func (b Board) hazards() []document.Block {
	t := document.Table{
		Caption: "What lint found in the state and its key files", Head: []string{"code", "severity", "where", "what", "what to do"},
		None: "lint found no hazard in the state and its key files.",
	}
	for _, h := range b.Hazards {
		what := h.Text
		if h.Subject != "" {
			what = h.Subject + " " + h.Text
		}
		t.Rows = append(t.Rows, []document.Line{
			document.Code.Say("%s", string(h.Code)), severityLooks[h.Severity].Say("%s", string(h.Severity)), document.Code.Say("%s", h.Place), document.Say("%s", WithoutPEM(what)), document.Say("%s", h.Hint),
		})
	}
	blocks := []document.Block{t}
	for i, d := range b.Diagnoses {
		c := document.Callout{Look: document.Bad, Title: d.Means}
		for _, why := range d.Because {
			c.Items = append(c.Items, document.Say("%s", WithoutPEM(why)))
		}
		var steps document.List
		for _, s := range d.Steps {
			step := document.Say("%s", s.Text)
			if s.Command != "" {
				step = step.And(document.Code.Say("%s", s.Command))
			}
			steps = append(steps, step)
		}
		blocks = append(blocks, document.Heading{ID: fmt.Sprintf("situation-%d", i+1), Title: d.Name}, c, steps)
		if d.Person != "" {
			blocks = append(blocks, document.Paragraph(document.Say("%s", d.Person)))
		}
	}
	return blocks
}
