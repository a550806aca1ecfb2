package overlay

import (
	"regexp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Placing says how much a target tells about its workload.
type Placing bool

const (
	// Namespaced targets name kind, namespace and name.
	Namespaced Placing = false
	// Anywhere leaves the namespace out where kind and name are enough: for a
	// kustomization that sets the namespace itself, which kustomize does after
	// its components.
	Anywhere Placing = true
)

// ByName stamps the workloads of the list that carry one, by their names. The
// others of the list are those that stay as they are. Workloads of one kind,
// namespace and stamp share a patch: kustomize looks at every object for every
// patch, and a patch for each of 2000 workloads takes it minutes.
func ByName(annotation string, all []Workload, placing Placing) []byte {
	c := newComponent(
		"Stamps the workloads that were meshed when it was written. A workload that joins",
		"later starts with the bundle of its day and needs no stamp.")
	names := map[Workload][]string{}
	var groups []Workload // in the order of the list, Name empty
	for _, w := range all {
		if _, known := kindOf(w.Kind); !known || w.Stamp == "" {
			continue
		}
		group := Workload{APIVersion: w.APIVersion, Kind: w.Kind, Namespace: w.Namespace, Stamp: w.Stamp}
		if placing == Anywhere && alike(all, w) {
			group.Namespace = ""
		}
		if names[group] == nil {
			groups = append(groups, group)
		}
		if !slices.Contains(names[group], pattern(w.Name)) {
			names[group] = append(names[group], pattern(w.Name))
		}
	}
	var entries []entry
	for _, g := range groups {
		entries = append(entries, named(annotation, g, names[g]))
	}
	return c.finish(entries)
}

// named stamps the workloads of a group.
func named(annotation string, g Workload, names []string) entry {
	k, _ := kindOf(g.Kind)
	group, _, grouped := strings.Cut(g.APIVersion, "/")
	if !grouped {
		group = "" // the core group, which a selector cannot name
	}
	return entry{
		target: [][2]string{{"group", pattern(group)}, {"kind", g.Kind}, {"name", either(names)}, {"namespace", pattern(g.Namespace)}},
		patch:  podAnnotation(k, g.APIVersion, "", "any", [2]string{annotation, g.Stamp}),
	}
}

// either matches one of the patterns. The brackets are for older releases of
// kustomize, which anchor by putting ^ and $ around.
func either(patterns []string) string {
	if len(patterns) == 1 {
		return patterns[0]
	}
	return "(" + strings.Join(patterns, "|") + ")"
}

// alike reports whether all workloads of that kind and name carry the same stamp.
func alike(all []Workload, w Workload) bool {
	return !slices.ContainsFunc(all, func(other Workload) bool {
		return other.Kind == w.Kind && other.Name == w.Name && other.Stamp != w.Stamp
	})
}

// pattern makes a selector's regular expression match one text only (kustomize
// anchors it).
func pattern(text string) string { return regexp.QuoteMeta(text) }

// Selector chooses workloads as kustomize sees them: by their own labels and
// annotations, never by those of their pods or their Namespace.
type Selector struct {
	Labels, Annotations string
}

// Wave is the stamp of the namespaces that have it; Previous that of the others
// while a wave is split, and Namespaces those that are done.
type Wave struct {
	Stamp, Previous string
	Split           bool
	Namespaces      []string
}

// notControlPlane leaves out Linkerd's own control plane, which rolls by its own
// annotation (label of charts/linkerd-control-plane/templates/*.yaml).
const notControlPlane = "!linkerd.io/control-plane-component"

// BySelector stamps every workload that the selector matches.
func BySelector(annotation string, s Selector, wave Wave) ([]byte, error) {
	if !isSelector(s.Labels) {
		return nil, problem.OverlaySelector.With(s.Labels)
	}
	s.Labels = strings.TrimPrefix(s.Labels+","+notControlPlane, ",")
	c := newComponent("Stamps every workload that its selectors match, meshed or not.")
	var entries []entry
	if !wave.Split {
		return c.finish(s.entries(annotation, wave.Stamp, "")), nil
	}
	entries = s.entries(annotation, wave.Previous, "")
	if len(wave.Namespaces) > 0 { // later patches win
		done := slices.Sorted(slices.Values(wave.Namespaces))
		for i := range done {
			done[i] = pattern(done[i])
		}
		entries = append(entries, s.entries(annotation, wave.Stamp, either(done))...)
	}
	return c.finish(entries), nil
}

// entries has a patch for every kind; none for an empty stamp.
func (s Selector) entries(annotation, stamp, namespaces string) (entries []entry) {
	if stamp == "" {
		return nil
	}
	for _, k := range kinds {
		group, _, _ := strings.Cut(k.apiVersion, "/")
		entries = append(entries, entry{
			target: [][2]string{
				{"group", pattern(group)}, {"kind", k.name}, {"namespace", namespaces},
				{"labelSelector", s.Labels}, {"annotationSelector", s.Annotations},
			},
			patch: podAnnotation(k, k.apiVersion, "", "any", [2]string{annotation, stamp}),
		})
	}
	return entries
}
