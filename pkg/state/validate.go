package state

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// finding is a problem with the values of a state, at a path. The paths in
// about are other fields that it compares.
type finding struct {
	at      manifest.Path
	about   []manifest.Path
	problem *problem.Problem
}

// findings are collected in the order in which fields are checked.
type findings []finding

// add notes a problem; a nil one is none. A copy of it in each place would be a
// tenth of this package.
//
//go:noinline
func (f *findings) add(what *problem.Problem, at manifest.Path, about ...manifest.Path) {
	if what != nil {
		*f = append(*f, finding{at, about, what})
	}
}

// Validate checks every rule of a state file that its shape does not enforce:
// names, choices, paths, PEM, the phase against the roles, the log. All problems
// are reported together, each with the path of its field. [Parse] has done this.
func (r *Rotation) Validate() error {
	var problems problem.List
	for _, f := range validate(r) {
		problems = append(problems, f.problem.On(f.at.String()))
	}
	return problems.Err()
}

func validate(r *Rotation) findings {
	var f findings
	f.head(r)
	f.spec(r)
	f.epochAndPhase(r)
	f.anchorsAndIssuers(r)
	f.rolesInPhase(r)
	f.webhooks(r)
	f.waves(r)
	f.history(r)
	return f
}

// rule judges one text; nil is fine.
type rule func(text string) *problem.Problem

func (f *findings) head(r *Rotation) {
	if r.APIVersion != APIVersion {
		f.add(problem.StateAPIVersion.With("apiVersion", shown(r.APIVersion), APIVersion), manifest.At("apiVersion"))
	}
	if r.Kind != Kind {
		f.add(problem.StateAPIVersion.With("kind", shown(r.Kind), Kind), manifest.At("kind"))
	}
	f.add(dnsLabel(r.Metadata.Name), manifest.At("metadata", "name"))
	f.add(optional(dnsLabel)(r.Metadata.Namespace), manifest.At("metadata", "namespace"))
}

// spec checks the fields of spec against one rule each.
func (f *findings) spec(r *Rotation) {
	l := r.Spec.Linkerd
	for _, c := range []struct {
		key, value string
		ok         rule
	}{
		{"version", l.Version, linkerdVersion},
		{"namespace", l.Namespace, optional(dnsLabel)},
		{"trustDomain", l.TrustDomain, optional(dnsSubdomain)},
		{"issuerScheme", l.IssuerScheme, optional(oneOf(Schemes))},
		{"heartbeatSchedule", l.HeartbeatSchedule, optional(cronSchedule)},
		{"vizNamespace", l.VizNamespace, optional(dnsLabel)},
		{"jaegerNamespace", l.JaegerNamespace, optional(dnsLabel)},
		{"multiclusterNamespace", l.MulticlusterNamespace, optional(dnsLabel)},
	} {
		f.add(c.ok(c.value), manifest.At("spec", "linkerd", c.key))
	}
	f.durations(r)
	f.custody(r.Spec.Custody)
	f.links(r.Metadata.Name, r.Spec.Links)
	f.outputs(r.Spec.Outputs)
	f.trustBundles(r.Spec.TrustBundles)
}

// durations are above zero: the shape sees to it in a file, this in a value
// that a program made.
func (f *findings) durations(r *Rotation) {
	for _, c := range []struct {
		section, key string
		value        Duration
	}{
		{"leaf", "lifetime", r.Spec.Leaf.Lifetime},
		{"leaf", "clockSkew", r.Spec.Leaf.ClockSkew},
		{"validity", "anchor", r.Spec.Validity.Anchor},
		{"validity", "issuer", r.Spec.Validity.Issuer},
		{"validity", "webhook", r.Spec.Validity.Webhook},
	} {
		if c.value < 0 {
			f.add(problem.StateDuration.With(shown(c.value.String())), manifest.At("spec", c.section, c.key))
		}
	}
}

func (f *findings) links(own string, links []Link) {
	at := manifest.At("spec", "links")
	f.atMost(MaxLinks, len(links), at)
	f.names(at, len(links), func(i int) string { return links[i].Name })
	for i, l := range links {
		item := at.With(i)
		switch {
		case l.State != "" && l.Observation != "":
			f.add(problem.StateLink.With("both"), item)
		case l.State == "" && l.Observation == "":
			f.add(problem.StateLink.With("neither"), item)
		}
		if own != "" && l.Name == own {
			f.add(problem.StateLinkName.With(l.Name, "has the name of this state's own cluster"), item.With("name"))
		}
		f.add(optional(relativePath)(l.State), item.With("state"))
		f.add(optional(relativePath)(l.Observation), item.With("observation"))
	}
}

// names checks the names of a list: usable, and no two alike.
func (f *findings) names(list manifest.Path, n int, name func(int) string) {
	first := map[string]string{}
	for i := range n {
		at := list.With(i, "name")
		item := list.With(i).String()
		if wrong := usableName(name(i)); wrong != nil {
			f.add(wrong, at)
		} else if other, twice := first[name(i)]; twice {
			f.add(problem.StateNameTwice.With(name(i), other), at)
		} else {
			first[name(i)] = item
		}
	}
}

// oneOf accepts the words of a closed set, and says which was probably meant.
func oneOf(words []string) rule {
	return func(text string) *problem.Problem {
		if slices.Contains(words, text) {
			return nil
		}
		p := problem.StateChoice.With(shown(text), strings.Join(words, ", "))
		if meant, ok := problem.Nearest(text, words); ok {
			p.Hints = nil
			p.Hint("write %q", meant)
		}
		return p
	}
}

// optional accepts what is left out.
func optional(ok rule) rule {
	return func(text string) *problem.Problem {
		if text == "" {
			return nil
		}
		return ok(text)
	}
}
