package report

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// PhaseDiff is what the manifests of two phases of a rotation differ in.
type PhaseDiff struct {
	From string `json:"from"`
	To   string `json:"to"`
	// Objects that change between the two, sorted.
	Objects []string `json:"objects"`
	// Restarts are the phases on the way that restart the workloads.
	Restarts []string  `json:"restarts,omitempty"`
	Bundle   CertsDiff `json:"bundle"`
	Issuer   CertsDiff `json:"issuer"`

	certificates []rotation.Expiry
}

// CertsDiff are certificates by fingerprint.
type CertsDiff struct {
	Removed []string `json:"removed,omitempty"`
	Added   []string `json:"added,omitempty"`
	Kept    []string `json:"kept,omitempty"`
}

// DiffPhases compares two phases of a plan. The phase stable is the one before the
// rotation where it comes first, and the one after it where it comes second.
func DiffPhases(p *rotation.Plan, from, to string) (PhaseDiff, error) {
	names := []string{state.PhaseStable}
	for _, row := range p.Rows {
		names = append(names, row.Phase)
	}
	a, b := slices.Index(names, from), slices.Index(names, to)
	if to == state.PhaseStable {
		b = len(names) - 1
	}
	for name, i := range map[string]int{from: a, to: b} {
		if i < 0 {
			return PhaseDiff{}, problem.RotationNoPhase.With(name, p.Kind).Hint("the phases of this rotation are %s", strings.Join(names, ", "))
		}
	}
	d := PhaseDiff{From: from, To: to, Objects: []string{}, certificates: p.Certificates}
	for _, row := range p.Rows[min(a, b):max(a, b)] {
		d.Objects = append(d.Objects, row.Changes...)
		if row.Wave || row.WaveChoice {
			d.Restarts = append(d.Restarts, row.Phase)
		}
	}
	slices.Sort(d.Objects)
	d.Objects = slices.Compact(d.Objects)
	before, after := trustAt(p, a), trustAt(p, b)
	d.Bundle, d.Issuer = certsDiff(before.Bundle, after.Bundle), certsDiff(before.Issuer, after.Issuer)
	return d, nil
}

func trustAt(p *rotation.Plan, i int) rotation.Trust {
	if i == 0 {
		return p.Before
	}
	return rotation.Trust{Bundle: p.Rows[i-1].Bundle, Issuer: p.Rows[i-1].Issuer}
}

func certsDiff(before, after []string) (d CertsDiff) {
	for _, f := range before {
		if slices.Contains(after, f) {
			d.Kept = append(d.Kept, f)
		} else {
			d.Removed = append(d.Removed, f)
		}
	}
	for _, f := range after {
		if !slices.Contains(before, f) {
			d.Added = append(d.Added, f)
		}
	}
	return d
}

// Data is what -o json prints.
func (d PhaseDiff) Data() any { return d }

// Text is what a terminal shows.
func (d PhaseDiff) Text() string { return paged(d, screen.View{}) }

// Page adds the objects, and the certificates as lines of a diff.
func (d PhaseDiff) Page(p *screen.Page) {
	p.Line("", screen.Bold.Say(d.From+" to "+d.To))
	if len(d.Objects) == 0 {
		p.Line("  ", screen.Say("the manifests are the same"))
	}
	for _, object := range d.Objects {
		p.Line("  changes  ", screen.Say(object))
	}
	for _, phase := range d.Restarts {
		p.Line("  restart  ", screen.Say("the workloads restart in phase "+phase))
	}
	for _, part := range []struct {
		title string
		certs CertsDiff
	}{{"trust bundle", d.Bundle}, {"issuer", d.Issuer}} {
		p.Blank()
		p.Line("", screen.Say(part.title))
		d.certs(p, screen.Bad, "- ", part.certs.Removed)
		d.certs(p, screen.Plain, "  ", part.certs.Kept)
		d.certs(p, screen.Good, "+ ", part.certs.Added)
	}
}

func (d PhaseDiff) certs(p *screen.Page, style screen.Style, lead string, fingerprints []string) {
	for _, f := range fingerprints {
		p.Line(lead, style.Say(d.words(f)))
	}
}

// words name a certificate: "trust anchor 2026, c8260e25, until 2036-01-01".
func (d PhaseDiff) words(fingerprint string) string {
	for _, x := range d.certificates {
		if x.Fingerprint == fingerprint {
			return kindWords[x.Kind] + " " + x.Name + ", " + fingerprint[:8] + ", until " + x.NotAfter.Format(dateOnly)
		}
	}
	return fingerprint
}

// Markdown is the same for a pull request.
func (d PhaseDiff) Markdown() string { return sink.Block("diff", d.Text()) }
