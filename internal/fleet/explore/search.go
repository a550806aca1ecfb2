package explore

import (
	"sync"
	"sync/atomic"
)

// Result is what a search has found.
type Result struct {
	Name string `json:"name"`
	// Without says which rule was left out, "" if none was.
	Without  string `json:"without,omitempty"`
	Members  int    `json:"members"`
	Proxies  int    `json:"proxies"`
	Replicas int    `json:"replicas"`
	// Stale: observations may be old.
	Stale bool `json:"stale,omitempty"`
	// States that are distinct, transitions between them, and the depth: how many
	// events lead to the last of them.
	States      int   `json:"states"`
	Transitions int64 `json:"transitions"`
	Depth       int   `json:"depth"`
	// MemberStates are the distinct states of one member. Situations are what the rules
	// of fleets have decided; how many depends on who came first.
	MemberStates int `json:"memberStates"`
	Situations   int `json:"-"`
	// Whole: no state was left out. Safe: there is none in which a pair fails.
	Whole bool `json:"whole"`
	Safe  bool `json:"safe"`
	// Reached: the end can be reached, with everything caught up.
	Reached bool `json:"reached"`
	// Counterexample is a shortest way to a pair that fails.
	Counterexample []string `json:"counterexample,omitempty"`
	// Seconds that it took.
	Seconds float64 `json:"seconds,omitempty"`
}

// search is one walk, level by level.
type search struct {
	*space
	seen        *set
	transitions atomic.Int64
	reached     atomic.Bool
	failed      atomic.Bool
	ended       atomic.Bool
}

// Explore walks the whole space, or as much of it as is allowed. It ends at the first
// state in which a pair fails.
func Explore(o Options) Result { return explore(o, mutant{}) }

func explore(o Options, m mutant) Result {
	s := &search{space: newSpace(o, m), seen: newSet(o.MaxStates)}
	first := s.pack(s.first())
	s.seen.add(first)
	s.seen.count.Add(1)
	r := Result{Name: o.Name, Members: s.Members, Proxies: s.Proxies, Replicas: s.Replicas, Stale: o.Stale}
	level := []uint64{first}
	for ; len(level) > 0 && !s.failed.Load() && !s.ended.Load(); r.Depth++ {
		level = s.next(level)
	}
	r.States, r.Transitions = int(s.seen.count.Load()), s.transitions.Load()
	r.MemberStates, r.Situations = len(s.numbers), len(s.rules.known)
	r.Whole, r.Reached = len(level) == 0 && !s.failed.Load() && !s.full.Load(), s.reached.Load()
	r.Safe = !s.failed.Load()
	if !r.Safe {
		r.Counterexample = newSpace(o, m).trace()
	}
	return r
}

// share is how many states a worker takes at a time.
const share = 64

// next are the states that one event leads to from those of a level.
func (s *search) next(level []uint64) []uint64 {
	var from atomic.Int64
	var group sync.WaitGroup
	found := make([][]uint64, max(1, s.Workers))
	for w := range found {
		group.Go(func() {
			v := visitor{search: s, memo: map[uint64]*situation{}}
			for !s.ended.Load() && !s.failed.Load() {
				end := int(from.Add(share))
				begin := end - share
				if begin >= len(level) {
					break
				}
				for _, word := range level[begin:min(end, len(level))] {
					v.expand(word)
				}
				v.settle()
			}
			found[w] = v.found
		})
	}
	group.Wait()
	var all []uint64
	for _, f := range found {
		all = append(all, f...)
	}
	return all
}

// visitor is what one worker has found.
type visitor struct {
	*search
	memo        map[uint64]*situation
	batch       []uint64 // the states that one leads to
	found       []uint64
	counted     int
	transitions int64
}

func (v *visitor) expand(word uint64) {
	from := unpack(word)
	if v.arrivedAll(from) {
		v.reached.Store(true)
	}
	v.batch = v.batch[:0]
	v.each(from, v.memo, func(next triple) { v.batch = append(v.batch, v.pack(next)) })
	v.transitions += int64(len(v.batch))
	v.seen.touch(v.batch)
	for _, word := range v.batch {
		if !v.seen.add(word) {
			continue
		}
		v.found = append(v.found, word)
		if v.broken(unpack(word)) {
			v.failed.Store(true)
		}
	}
}

// settle adds up what was found, and ends a search that is as large as it may be.
func (v *visitor) settle() {
	v.search.transitions.Add(v.transitions)
	n := v.seen.count.Add(int64(len(v.found) - v.counted))
	v.counted, v.transitions = len(v.found), 0
	if v.full.Load() || int(n) > v.MaxStates {
		v.ended.Store(true)
	}
}
