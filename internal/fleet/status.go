package fleet

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Status is where every member stands, and what holds it.
type Status struct {
	Fleet   string `json:"fleet"`
	At      string `json:"at"`
	Members []Row  `json:"members"`
	// Components are the sets of members that share trust.
	Components []Group `json:"components"`
	// Pairs are what fails already, in words.
	Pairs []string `json:"pairs,omitempty"`
}

// Group is one component.
type Group struct {
	Members []string `json:"members"`
	// Kind and Strategy of the rotation under way, and the phases that it has.
	Kind     string   `json:"kind,omitempty"`
	Strategy string   `json:"strategy,omitempty"`
	Phases   []string `json:"phases,omitempty"`
}

// Row is one member.
type Row struct {
	Name      string            `json:"name"`
	Component int               `json:"component"` // from 1
	Labels    map[string]string `json:"labels,omitempty"`
	// Version of Linkerd, as the state has it.
	Version string `json:"version,omitempty"`
	Phase   string `json:"phase,omitempty"`
	Epoch   int64  `json:"epoch"`
	// Step is the number of the phase, from 1, of Steps; 0: not under way.
	Step     int    `json:"step"`
	Steps    int    `json:"steps"`
	Observed string `json:"observed,omitempty"` // when, RFC 3339
	// Next is the phase that comes next, Ready whether it may be entered now.
	Next  string `json:"next,omitempty"`
	Ready bool   `json:"ready"`
	// Own is what the member lacks by itself, HeldBy what keeps it back in its component.
	Own    []string `json:"own,omitempty"`
	HeldBy []Reason `json:"heldBy,omitempty"`
	// Unread is why the state cannot be read: the member is unknown.
	Unread string `json:"unread,omitempty"`
	needs  []rotation.Need
}

// Reason is a hold in words.
type Reason struct {
	Rule    Rule     `json:"rule"`
	Members []string `json:"members"`
	Text    string   `json:"text"`
}

// Advance is the move to the next phase, as [Scene.Try] takes it: what it lacks is
// in the move.
func Advance(o rotation.Options, at time.Time) Move {
	o.Ahead = true
	return func(_ int, s *state.Rotation, e rotation.Evidence) (*rotation.Move, error) {
		return rotation.Advance(s, o, e, at)
	}
}

// All is the numbers of all members.
func (s *Scene) All() []int {
	all := make([]int, len(s.Clusters))
	for i := range all {
		all[i] = i
	}
	return all
}

// Idle reports whether there is no rotation under way in the member, so that there
// is no next phase.
func (o Outcome) Idle() bool {
	return o.Move == nil && len(o.Own) == 1 && o.Own[0].Code == problem.RotationNone.Code
}

// Status reports on every member.
func (s *Scene) Status() *Status {
	st := &Status{Fleet: s.File.Metadata.Name, At: s.At.UTC().Format(time.RFC3339), Members: make([]Row, len(s.Clusters))}
	for _, p := range s.Standing() {
		st.Pairs = append(st.Pairs, p.Text)
	}
	for _, members := range s.Groups {
		st.Components = append(st.Components, s.group(members))
	}
	for _, o := range s.Try(s.All(), Advance(rotation.Options{}, s.At)) {
		st.Members[o.Member] = s.row(o)
	}
	return st
}

func (s *Scene) group(members []int) (g Group) {
	for _, i := range members {
		g.Members = append(g.Members, s.Clusters[i].Name)
		now := s.Clusters[i].Now
		if now == nil || now.Status.Rotation == nil || g.Kind != "" {
			continue
		}
		g.Kind, g.Strategy = now.Status.Rotation.Kind, now.Status.Rotation.Strategy
		steps, _ := rotation.Steps(now)
		for _, step := range steps {
			g.Phases = append(g.Phases, step.Name)
		}
	}
	return g
}

func (s *Scene) row(o Outcome) Row {
	c := s.Clusters[o.Member]
	r := Row{Name: c.Name, Component: s.groupOf[o.Member] + 1, Labels: c.Labels, Unread: c.Unread, Ready: o.Ready()}
	if seen := s.evidence[o.Member].Observations; len(seen) > 0 {
		r.Observed = slices.MaxFunc(seen, func(a, b *rotation.Observation) int { return compare(a.At, b.At) }).At
	}
	for _, h := range o.Holds {
		reason := Reason{Rule: h.Rule, Text: s.Words(h)}
		for _, i := range h.Members {
			reason.Members = append(reason.Members, s.Clusters[i].Name)
		}
		r.HeldBy = append(r.HeldBy, reason)
	}
	if c.Now == nil {
		return r
	}
	r.Version, r.Phase, r.Epoch = c.Now.Spec.Linkerd.Version, c.Now.Status.Phase, c.Now.Status.Epoch
	if steps, at := rotation.Steps(c.Now); len(steps) > 0 {
		r.Step, r.Steps = at+1, len(steps)
	}
	if o.Move != nil {
		r.Next = o.Move.To
		for _, n := range o.Move.Needs {
			if !n.Met {
				r.needs = append(r.needs, n.Need)
			}
		}
	}
	switch leader := s.Leader(o.Member); {
	case !o.Idle():
		for _, p := range o.Own {
			r.Own = append(r.Own, p.Error())
		}
	case leader >= 0 && anchorOf(c.Now, state.RoleCurrent) == Incoming(s.Clusters[leader].Now): // it has arrived
	case leader >= 0:
		r.Own = []string{"has not started: `l5d-pki-render fleet start anchor` brings it the anchor of its component"}
	}
	return r
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}
