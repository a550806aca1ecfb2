package explore

import (
	"fmt"
	"slices"
	"strings"
)

// trace finds a shortest way to a pair that fails, in words. It walks alone and keeps
// where each state came from, so the way is always the same one.
func (x *space) trace() []string {
	type origin struct{ from, at triple }
	from := map[uint64]origin{}
	first := x.first()
	from[x.pack(first)] = origin{first, first}
	level := []triple{first}
	memo := map[uint64]*situation{}
	var end *triple
	for len(level) > 0 && end == nil {
		var next []triple
		for _, s := range level {
			x.each(s, memo, func(to triple) {
				word := x.pack(to)
				if _, known := from[word]; known || end != nil {
					return
				}
				from[word] = origin{s, to}
				next = append(next, to)
				if x.broken(to) {
					end = &to
				}
			})
		}
		level = next
	}
	if end == nil {
		return nil
	}
	way := []triple{*end}
	for s := *end; s != first; {
		s = from[x.pack(s)].from
		way = append(way, s)
	}
	slices.Reverse(way)
	var lines []string
	for i, to := range way[1:] {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, x.say(way[i], to)))
	}
	return append(lines, x.ending(*end))
}

// say is what happened between two states, in words.
func (x *space) say(s, to triple) string {
	var parts []string
	for i := range s {
		if s[i] == to[i] {
			continue
		}
		was, is := x.members[s[i]], x.members[to[i]]
		text := ""
		switch {
		case was.linked && !is.linked:
			text = "its link is removed"
		case is.linked && !was.linked:
			text = "it is linked with the others"
		case is.pending != none && was.pending == none:
			c := x.Configs[is.pending]
			text = fmt.Sprintf("a change is allowed: deliver %s, sign with %s", x.bundle(c.Bundle), x.chain(c.Chain))
		default:
			for _, e := range x.events(was) {
				if e.to == is {
					text = e.text()
					break
				}
			}
		}
		parts = append(parts, fmt.Sprintf("member %d: %s", x.called(i), text))
	}
	return strings.Join(parts, "; ")
}

// called is the number that people give to the member at a place of a state.
func (x *space) called(place int) int { return place - len(triple{}) + x.Members + 1 }

// ending is the pair that fails, and whose it is.
func (x *space) ending(s triple) string {
	for i, n := range s {
		for j, o := range s {
			if n == 0 || o == 0 || i != j && !(x.members[n].linked && x.members[o].linked) {
				continue
			}
			bundles, _ := x.live(x.members[n])
			_, chains := x.live(x.members[o])
			if b, c, found := fails(x.Model, bundles, chains); found {
				return fmt.Sprintf("now a holder of %s in member %d meets a chain of %s in member %d: the handshake fails", x.bundle(b), x.called(i), x.chain(c), x.called(j))
			}
		}
	}
	return ""
}
