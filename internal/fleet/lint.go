package fleet

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Lint finds what keeps a fleet from being rotated in step: states that cannot be
// read or are another's, links that one side or nobody else has, links that lead
// out of the fleet, and linked members whose anchors disagree.
func Lint(f *File, clusters []Cluster) problem.List {
	var found problem.List
	for _, c := range clusters {
		switch {
		case c.Now == nil:
			unknown := problem.FleetNoState.With(c.Name, c.Unread)
			unknown.Hints = slices.Concat(c.UnreadHints, unknown.Hints)
			found = append(found, unknown.In(c.State))
		case c.Now.Metadata.Name != c.Name:
			found = append(found, problem.FleetName.With(c.Name, c.Now.Metadata.Name).In(c.State))
		}
	}
	found = append(found, lintLinks(f, clusters)...)
	edges := Links(f, clusters)
	for _, component := range Components(len(clusters), edges) {
		if len(component) == 1 && len(clusters) > 1 {
			found = append(found, problem.FleetUnlinked.With(clusters[component[0]].Name))
		}
		found = append(found, lintAnchors(clusters, component)...)
	}
	return found
}

func lintLinks(f *File, clusters []Cluster) (found problem.List) {
	by := linksBy(f, clusters)
	edges := make([]Edge, 0, len(by))
	for e := range by {
		edges = append(edges, e)
	}
	order.By(edges, func(x, y Edge) int { return (x.A-y.A)*len(clusters) + x.B - y.B })
	for _, e := range edges {
		a, b, who := clusters[e.A], clusters[e.B], by[e]
		stated := slices.ContainsFunc(clusters, func(c Cluster) bool { return c.Now != nil && len(c.Now.Spec.Links) > 0 })
		switch {
		case a.Now == nil || b.Now == nil:
		case who.a && !who.b:
			found = append(found, problem.FleetOneSided.With(a.Name, b.Name, b.Name).In(b.State).On("spec.links"))
		case who.b && !who.a:
			found = append(found, problem.FleetOneSided.With(b.Name, a.Name, a.Name).In(a.State).On("spec.links"))
		case who.fleet && !who.a && stated:
			found = append(found, problem.FleetMissingLink.With(a.Name, b.Name).In(a.State).On("spec.links"))
		}
	}
	byName, byState := numbers(clusters)
	for _, c := range clusters {
		if c.Now == nil {
			continue
		}
		for _, l := range c.Now.Spec.Links {
			if _, known := target(c, l, byName, byState); !known {
				found = append(found, problem.FleetForeignLink.With(c.Name, l.Name).In(c.State).On("spec.links"))
			}
		}
	}
	return found
}

// lintAnchors: neighbors in a component share an anchor, and rotate to the same one.
func lintAnchors(clusters []Cluster, component []int) (found problem.List) {
	first, incoming := -1, -1
	for _, i := range component {
		s := clusters[i].Now
		if s == nil {
			continue
		}
		if first < 0 {
			first = i
		} else if !shares(clusters[first].Now, s) {
			found = append(found, problem.FleetAnchors.With(clusters[first].Name, clusters[i].Name).In(clusters[i].State).On("status.anchors"))
		}
		in := Incoming(s)
		switch {
		case in == "":
		case incoming < 0:
			incoming = i
		case Incoming(clusters[incoming].Now) != in:
			found = append(found, problem.FleetIncoming.With(clusters[incoming].Name, clusters[i].Name, short(Incoming(clusters[incoming].Now)),
				short(in)).In(clusters[i].State).On("status.anchors"))
		}
	}
	return found
}

// shares reports whether two states have an anchor in common, of any role.
func shares(a, b *state.Rotation) bool {
	have := anchorsOf(a)
	return slices.ContainsFunc(anchorsOf(b), func(fp string) bool { return slices.Contains(have, fp) })
}

func anchorsOf(s *state.Rotation) (fps []string) {
	for _, a := range s.Status.Anchors {
		fps = append(fps, fingerprint(a.Certificate))
	}
	return fps
}

// Incoming is the fingerprint of the anchor that a state rotates to, "" if none.
func Incoming(s *state.Rotation) string { return anchorOf(s, state.RoleIncoming) }

func anchorOf(s *state.Rotation, role string) string {
	for _, a := range s.Status.Anchors {
		if a.Role == role {
			return fingerprint(a.Certificate)
		}
	}
	return ""
}

// fingerprint of one certificate; "" where it cannot be read, which the state's
// own reader reports.
func fingerprint(pem string) string {
	chain, err := pki.ParseChain([]byte(pem))
	if err != nil {
		return ""
	}
	return chain[0].Fingerprint()
}

func short(fp string) string { return fp[:min(len(fp), 8)] }
