package rotation

import (
	"fmt"
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// anchorName is the name asked for, or the year of the instant ("2026", then
// "2026b", "2026c", ...).
func (b *beginning) anchorName() (string, error) {
	var taken []string
	for _, a := range append(slices.Clone(b.next.Status.Anchors), b.next.Status.Retired...) {
		taken = append(taken, a.Name)
	}
	issuers := b.issuerNames()
	if n := b.options.Name; n != "" {
		if slices.Contains(taken, n) {
			return "", problem.RotationName.With(n, "anchor")
		}
		if slices.Contains(issuers, n+"-1") {
			return "", problem.RotationName.With(n+"-1", "issuer")
		}
		return n, nil
	}
	year := fmt.Sprint(b.at.UTC().Year())
	name := year
	for letter := 'b'; slices.Contains(taken, name) || slices.Contains(issuers, name+"-1"); letter++ {
		name = year + string(letter)
	}
	return name, nil
}

// issuerNames are the names of issuers that are taken, those of retired ones
// included: their key files may still exist.
func (b *beginning) issuerNames() (taken []string) {
	for _, i := range b.next.Status.Issuers {
		taken = append(taken, i.Name)
	}
	for _, i := range b.next.Status.RetiredIssuers {
		taken = append(taken, i.Name)
	}
	return taken
}

// issuerName is the name asked for, or the current anchor's name and the next
// free number ("2025-2").
func (b *beginning) issuerName() (string, error) {
	taken := b.issuerNames()
	if n := b.options.Name; n != "" {
		if slices.Contains(taken, n) {
			return "", problem.RotationName.With(n, "issuer")
		}
		return n, nil
	}
	stem := ""
	for _, a := range b.next.Status.Anchors {
		if a.Role == state.RoleCurrent {
			stem = a.Name
		}
	}
	for n := 1; ; n++ {
		if name := fmt.Sprintf("%s-%d", stem, n); !slices.Contains(taken, name) {
			return name, nil
		}
	}
}

// anchorCN is new in each generation, since it has the instant of its making;
// two of one second are told apart by a letter.
func (b *beginning) anchorCN() string {
	l := b.spec.Linkerd
	stem := fmt.Sprintf("root.%s.%s %s", l.Namespace, l.TrustDomain, b.at.UTC().Format("20060102T150405Z"))
	name := stem
	for letter := 'b'; b.dossier.knows(name); letter++ {
		name = stem + string(letter)
	}
	return name
}

// knows tells whether an anchor of the state, retired ones included, has the
// common name.
func (d *dossier) knows(commonName string) bool {
	is := func(c pki.Certificate) bool { return c.Subject.CommonName == commonName }
	return slices.ContainsFunc(d.retired, is) || slices.ContainsFunc(d.anchors, func(a anchorEntry) bool { return is(a.cert) })
}

// issuerCN is the name that `linkerd check` asks for.
func issuerCN(spec state.Spec) string {
	return fmt.Sprintf("identity.%s.%s", spec.Linkerd.Namespace, spec.Linkerd.TrustDomain)
}

// backDating is how long before the instant a minted certificate begins to be
// valid: twice the clock skew, for two clocks that differ, and a minute for
// clocks that nobody watches.
func backDating(spec state.Spec) time.Duration {
	return 2*time.Duration(spec.Leaf.ClockSkew) + time.Minute
}

func (b *beginning) period(life state.Duration) pki.Period {
	return pki.PeriodAt(b.at, backDating(b.spec), time.Duration(life))
}

// path is where the key of that name is to be kept.
func (b *beginning) path(name string) string {
	if b.options.KeyPath != nil {
		return b.options.KeyPath(name)
	}
	return "keys/" + name + ".key"
}

// keep notes a minted key and gives its path.
func (b *beginning) keep(name string, key pki.Key) string {
	b.minted = append(b.minted, Minted{name, b.path(name), key})
	return b.path(name)
}
