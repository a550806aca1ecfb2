package fleet

import (
	"path"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Clean is a path of the fleet file in its shortest form, with slashes.
func Clean(p string) string { return path.Clean(p) }

// Cluster is a member with what is known of it.
type Cluster struct {
	Member
	// Now is its state; nil where it cannot be read, and Unread says why.
	Now    *state.Rotation
	Unread string
	// Waves are since when its wave has reached whom, where its history is known.
	Waves []rotation.WaveVersion
	// UnreadHints say what to do about it.
	UnreadHints []string
	// Unseen, if not empty, is why some of what was observed of it cannot be read: no
	// step is made that may need it.
	Unseen string
}

// Edge is a link between two members, by their numbers, the smaller one first.
type Edge struct{ A, B int }

// linked says who of the two says that they are linked.
type linked struct{ fleet, a, b bool }

// Links of the fleet: those of the file or, where it has none, those of the
// states. A link of one side alone counts: its traffic goes both ways.
func Links(f *File, clusters []Cluster) []Edge {
	var edges []Edge
	for e, by := range linksBy(f, clusters) {
		if by.fleet || len(f.Spec.Links) == 0 {
			edges = append(edges, e)
		}
	}
	order.By(edges, func(x, y Edge) int { return (x.A-y.A)*len(clusters) + x.B - y.B })
	return edges
}

func linksBy(f *File, clusters []Cluster) map[Edge]linked {
	number, byState := numbers(clusters)
	all := map[Edge]linked{}
	for _, l := range f.Spec.Links {
		for i, a := range l.Members {
			for _, b := range l.Members[i+1:] {
				if e, ok := edge(number[a], number[b]); ok {
					by := all[e]
					by.fleet = true
					all[e] = by
				}
			}
		}
	}
	for i, c := range clusters {
		if c.Now == nil {
			continue
		}
		for _, l := range c.Now.Spec.Links {
			j, known := target(c, l, number, byState)
			e, ok := edge(i, j)
			if !known || !ok {
				continue
			}
			by := all[e]
			by.a, by.b = by.a || i == e.A, by.b || i == e.B
			all[e] = by
		}
	}
	return all
}

func numbers(clusters []Cluster) (byName, byState map[string]int) {
	byName, byState = map[string]int{}, map[string]int{}
	for i, c := range clusters {
		byName[c.Name], byState[c.place(c.State)] = i, i
	}
	return byName, byState
}

// target is the member that a link of a state leads to: the one whose state file it
// names, or the one of its name.
func target(c Cluster, l state.Link, byName, byState map[string]int) (int, bool) {
	if l.State != "" {
		if j, known := byState[c.place(path.Join(path.Dir(Clean(c.State)), l.State))]; known {
			return j, true
		}
	}
	j, known := byName[l.Name]
	return j, known
}

func edge(a, b int) (Edge, bool) { return Edge{min(a, b), max(a, b)}, a != b }

// Components are the connected components of the links, each sorted, in the order
// of their first members. Members of one component share trust.
func Components(n int, edges []Edge) [][]int {
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	root := func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, e := range edges {
		a, b := root(e.A), root(e.B)
		parent[max(a, b)] = min(a, b)
	}
	place := map[int]int{}
	var all [][]int
	for i := range n {
		r := root(i)
		at, known := place[r]
		if !known {
			at = len(all)
			place[r], all = at, append(all, nil)
		}
		all[at] = append(all[at], i)
	}
	return all
}
