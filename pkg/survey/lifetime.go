package survey

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// lifetimes are the settings of the chart that say how long leaves live, and how
// the state calls them.
var lifetimes = map[string]struct {
	field string
	of    func(state.Leaf) state.Duration
}{
	linkerd.LifetimeValue:  {"spec.leaf.lifetime", func(l state.Leaf) state.Duration { return l.Lifetime }},
	linkerd.ClockSkewValue: {"spec.leaf.clockSkew", func(l state.Leaf) state.Duration { return l.ClockSkew }},
}

// lifetime notes a setting that the waits of a rotation are counted by.
func (s *Survey) lifetime(c cursor, name string) {
	for end := range lifetimes {
		if strings.HasSuffix("."+name, "."+end) {
			s.lifetimes = append(s.lifetimes, shadowed{at: c, have: c.value(), name: end})
		}
	}
}

// judgeLifetimes compares them with the state's. Leaves that live longer than the
// state says are taken for gone while they are in use.
func (s *Survey) judgeLifetimes() {
	said := map[spot]bool{}
	for _, l := range s.lifetimes {
		at, setting := l.at.spot(), lifetimes[l.name]
		have, err := time.ParseDuration(l.have)
		of := func(m material) time.Duration { return time.Duration(setting.of(m.leaf)) }
		want := of(s.want)
		switch {
		case err != nil, have == want, said[at], s.charts[path.Dir(at.file)],
			slices.ContainsFunc(s.others, func(m material) bool { return of(m) == have }):
			continue
		}
		said[at] = true
		severity := pki.Error
		if have < want || len(s.homes) > 0 && !s.isPhases(at.file) && !s.isBesideState(at.file) {
			severity = pki.Warning
		}
		s.say(at, severity, problem.SurveyLeafLifetime, l.name, l.have, setting.field, hours(want))
	}
}
