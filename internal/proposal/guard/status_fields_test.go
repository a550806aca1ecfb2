package guard

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardInstants: new entries follow those before them and are not of the future.
func TestGuardInstants(t *testing.T) {
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		was, is time.Duration
		want    int
	}{
		"later": {-time.Hour, 0, 0}, "the same second": {-time.Hour, -time.Hour, 0}, "a clock that is fast": {-time.Hour, time.Minute, 0},
		"before the last": {-time.Hour, -time.Hour - time.Second, 1}, "tomorrow": {-time.Hour, 24 * time.Hour, 1},
		"after one of the future": {240 * time.Hour, 0, 0}, "years back": {-time.Hour, -100000 * time.Hour, 1},
	} {
		r := &Report{}
		entry := func(d time.Duration) state.LogEntry { return state.LogEntry{At: now.Add(d).Format(time.RFC3339)} }
		r.judgeInstants([]state.LogEntry{entry(c.was)}, []state.LogEntry{entry(c.was), entry(c.is)}, now)
		if len(r.findings) != c.want {
			t.Errorf("%s: %v", name, r.findings)
		}
	}
}

// TestGuardWave: without a move a split wave grows or ends, and the reviewer is told.
func TestGuardWave(t *testing.T) {
	split := &state.Wave{Previous: "one", Namespaces: []string{"a", "b"}}
	for name, c := range map[string]struct {
		was, is *state.Wave
		want    int
		says    string
	}{
		"nothing": {nil, nil, 0, ""}, "the same": {split, split, 0, ""},
		"done":             {split, nil, 0, "the wave is called done"},
		"more":             {split, &state.Wave{Previous: "one", Namespaces: []string{"b", "c", "a"}}, 0, "`c`"},
		"fewer":            {split, &state.Wave{Previous: "one", Namespaces: []string{"a"}}, 1, ""},
		"another one":      {split, &state.Wave{Previous: "one", Namespaces: []string{"a", "c"}}, 1, "`c`"},
		"another previous": {split, &state.Wave{Previous: "two", Namespaces: []string{"a", "b"}}, 1, ""},
		"from nothing":     {nil, split, 1, ""},
	} {
		r := &Report{}
		r.judgeWave(c.was, c.is)
		if notes := strings.Join(r.notes, " "); len(r.findings) != c.want || !strings.Contains(notes, c.says) || c.says == "" && notes != "" {
			t.Errorf("%s: %v, notes %q", name, r.findings, r.notes)
		}
	}
}

// TestGuardSpec: what later gates judge by becomes stricter, or a maintainer accepts it.
func TestGuardSpec(t *testing.T) {
	west, east := state.Link{Name: "west", State: "../west.yaml"}, state.Link{Name: "east", State: "../east.yaml"}
	with := func(lifetime, skew time.Duration, links ...state.Link) *state.Rotation {
		return &state.Rotation{Spec: state.Spec{Leaf: state.Leaf{Lifetime: state.Duration(lifetime), ClockSkew: state.Duration(skew)}, Links: links}}
	}
	for name, c := range map[string]struct {
		was, is *state.Rotation
		want    []string
	}{
		"the same":          {with(0, 0, west), with(24*time.Hour, 20*time.Second, west), nil},
		"longer, more":      {with(0, 0, west), with(48*time.Hour, time.Minute, east, west), nil},
		"shorter":           {with(0, 0), with(time.Second, 0), []string{"spec.leaf.lifetime"}},
		"back to default":   {with(48*time.Hour, time.Minute), with(0, 0), []string{"spec.leaf.lifetime", "spec.leaf.clockSkew"}},
		"a link less":       {with(0, 0, west, east), with(0, 0, east), []string{"spec.links"}},
		"a link elsewhere":  {with(0, 0, west), with(0, 0, state.Link{Name: "west", State: "../east.yaml"}), []string{"spec.links"}},
		"a link that waits": {with(0, 0, west), with(0, 0, state.Link{Name: "west", State: "../west.yaml", Observation: "o.yaml"}), []string{"spec.links"}},
	} {
		r := &Report{}
		r.judgeSpec(c.was, c.is, func(was, is state.Link) bool { return was == is })
		var paths []string
		for _, p := range r.findings {
			paths = append(paths, p.Path)
		}
		if !slices.Equal(paths, c.want) {
			t.Errorf("%s: %v", name, r.findings)
		}
	}
}
