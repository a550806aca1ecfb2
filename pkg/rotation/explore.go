package rotation

import (
	"fmt"
	"slices"
)

// ExploreOptions are the size of the state space.
type ExploreOptions struct {
	// Proxies and Replicas of each cluster; zero: 3 and 2 for one cluster, fewer
	// for more.
	Proxies, Replicas int
	// Clusters that are linked: 1 (the default) to 3.
	Clusters int
	// MaxStates ends a search that grows too large; zero: 3 million.
	MaxStates int
}

// Exploration is the result of walking every interleaving.
type Exploration struct {
	Order    string `json:"order"`
	Clusters int    `json:"clusters"`
	Proxies  int    `json:"proxies"`
	Replicas int    `json:"replicas"`
	Safe     bool   `json:"safe"`
	// States that were visited. Whole: none was left out.
	States int  `json:"states"`
	Whole  bool `json:"whole"`
	// Reached: the last config can be reached, with everything caught up.
	Reached bool `json:"reached"`
	// Counterexample is a shortest way to a pair that fails, in words.
	Counterexample []string `json:"counterexample,omitempty"`
}

// Explore walks the state space of an order breadth first: commits, kubelet's
// lag, restarts and crashes, leaf renewals, reloads that are late or missed,
// in every interleaving. It ends at the first pair that fails, or says how many
// states there are.
func Explore(m Model, o Order, opt ExploreOptions) Exploration {
	x := newExplorer(m, o, opt)
	result := Exploration{Order: o.Name, Clusters: x.clusters, Proxies: x.proxies, Replicas: x.replicas, Whole: true}
	first := x.pack([3]uint32{x.initial, x.initial, x.initial})
	x.parent[first] = first
	queue := []uint64{first}
	var broken *uint64
	for ; len(queue) > 0 && broken == nil; queue = queue[1:] {
		now := queue[0]
		ids := x.unpack(now)
		result.Reached = result.Reached || x.arrived(ids)
		x.each(ids, func(cluster int, h hop) {
			next := ids
			next[cluster] = h.to
			word := x.pack(next)
			if _, seen := x.parent[word]; seen || broken != nil {
				return
			}
			x.parent[word] = now
			if _, _, fails := m.broken(x.union(next)); fails {
				broken = &word
				return
			}
			queue = append(queue, word)
		})
		if len(x.parent) > x.limit {
			result.Whole = false
			break
		}
	}
	if broken != nil {
		result.Counterexample = x.trace(*broken)
	}
	result.States, result.Safe = len(x.parent), result.Whole && broken == nil
	return result
}

// trace is the way from the beginning to a state, one event per line, and the
// pair that fails there.
func (x *explorer) trace(word uint64) []string {
	way := []uint64{word}
	for x.parent[word] != word {
		word = x.parent[word]
		way = append(way, word)
	}
	slices.Reverse(way)
	var steps []string
	ids := x.unpack(way[0])
	for n, word := range way[1:] {
		var said bool
		was := ids
		x.each(was, func(cluster int, h hop) {
			next := was
			next[cluster] = h.to
			if said || x.pack(next) != word {
				return
			}
			said, ids = true, next // clusters keep their places, so that each has one story
			steps = append(steps, fmt.Sprintf("%d. %s", n+1, x.say(cluster, h)))
		})
	}
	b, c, _ := x.model.broken(x.union(ids))
	return append(steps, fmt.Sprintf("now a holder of %s meets a chain of %s: the handshake fails", x.model.Bundles[b], x.model.Chains[c]))
}

// say is an event in words; with several clusters it says in which.
func (x *explorer) say(cluster int, h hop) string {
	if x.clusters == 1 {
		return h.text()
	}
	return fmt.Sprintf("cluster %d: %s", cluster+1, h.text())
}
