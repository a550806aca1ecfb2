package survey

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// lifetime notes a setting that the waits of a rotation are counted by.
func (s *Survey) lifetime(c cursor, name string) {
	for end := range state.LeafSettings {
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
		at, setting := l.at.spot(), state.LeafSettings[l.name]
		have, err := time.ParseDuration(l.have)
		of := func(m material) time.Duration { return time.Duration(setting.Of(m.leaf)) }
		want := of(s.want)
		switch {
		case err != nil && l.have != "" && !strings.Contains(l.have, "{{") && !strings.Contains(l.have, "${"):
			l.at.say(pki.Warning, problem.SurveyUnreadSetting, l.name, "it is no length of time: "+l.have)
			continue
		case err != nil, have == want, said[at], s.charts[path.Dir(at.file)],
			slices.ContainsFunc(s.others, func(m material) bool { return of(m) == have }):
			continue
		}
		said[at] = true
		severity := pki.Error
		if have < want || len(s.homes) > 0 && !s.isPhases(at.file) && !s.isBesideState(at.file) {
			severity = pki.Warning
		}
		s.say(at, severity, problem.SurveyLeafLifetime, l.name, l.have, setting.Field, hours(want))
	}
}
