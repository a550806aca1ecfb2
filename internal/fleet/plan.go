package fleet

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Plan is the steps of each component.
type Plan struct {
	Fleet      string      `json:"fleet"`
	Components []GroupPlan `json:"components"`
}

// GroupPlan is the steps of one component.
type GroupPlan struct {
	Group
	Steps []StepPlan `json:"steps,omitempty"`
}

// StepPlan is one phase: what has to hold in all members before one may enter it,
// and who is where.
type StepPlan struct {
	Phase   string `json:"phase"`
	Means   string `json:"means"`
	Barrier string `json:"barrier,omitempty"`
	// Restarts: every workload of a member restarts.
	Restarts bool `json:"restarts,omitempty"`
	// Entered and Ahead are how many members have entered it, and have not.
	Entered int `json:"entered"`
	Ahead   int `json:"ahead"`
	// PullRequests is how many are needed for those ahead, in one repository.
	PullRequests int `json:"pullRequests"`
}

// Plan lays out the steps that are left.
func (s *Scene) Plan() *Plan {
	p := &Plan{Fleet: s.File.Metadata.Name}
	for _, members := range s.Groups {
		g := GroupPlan{Group: s.group(members)}
		if leader := s.underWay(members); leader != nil {
			g.Steps = s.steps(members, leader)
		}
		p.Components = append(p.Components, g)
	}
	return p
}

func (s *Scene) underWay(members []int) *state.Rotation {
	for _, i := range members {
		if now := s.Clusters[i].Now; now != nil && now.Status.Rotation != nil {
			return now
		}
	}
	return nil
}

func (s *Scene) steps(members []int, leader *state.Rotation) (plans []StepPlan) {
	steps, _ := rotation.Steps(leader)
	goal := Incoming(leader)
	for n, step := range steps {
		p := StepPlan{Phase: step.Name, Means: step.Meaning, Restarts: step.Restarts("")}
		for _, i := range members {
			if s.entered(i, goal, n) {
				p.Entered++
			}
		}
		p.Ahead = len(members) - p.Entered
		p.PullRequests = min(p.Ahead, 1)
		if limit := int(s.File.Spec.Limits.MembersPerPullRequest); limit > 0 {
			p.PullRequests = (p.Ahead + limit - 1) / limit
		}
		p.Barrier = barrier(steps, n, leader.Status.Rotation)
		plans = append(plans, p)
	}
	return plans
}

// entered reports whether a member has entered step n on the way to an anchor.
func (s *Scene) entered(i int, goal string, n int) bool {
	now := s.Clusters[i].Now
	switch {
	case now == nil:
		return false
	case now.Status.Rotation != nil:
		_, at := rotation.Steps(now)
		return at >= n
	}
	return goal != "" && anchorOf(now, state.RoleCurrent) == goal
}

// barrier is what has to hold in the whole component before step n: where the chain
// changes, every bundle has to verify the next one; where an anchor goes, the bundle
// without it has to verify every chain.
func barrier(steps []state.Phase, n int, r *state.Progress) string {
	before := state.Stable
	if n > 0 {
		before = steps[n-1]
	}
	switch now := steps[n]; {
	case r.Kind == state.KindReplace:
		return ""
	case now.Issuer == state.RoleIncoming && before.Issuer != state.RoleIncoming:
		return "every endpoint of the component holds a bundle that verifies the incoming issuer"
	case r.Kind == state.KindAnchor && now.TakesTrust && n < len(steps)-1:
		return "no endpoint of the component serves a leaf under the outgoing anchor alone"
	case r.Strategy == state.StrategyCrossSign && n == len(steps)-1:
		return "every endpoint of the component holds the incoming anchor"
	}
	return ""
}

// Data is for JSON and YAML.
func (p *Plan) Data() any { return p }

// Markdown is the text as a code block.
func (p *Plan) Markdown() string { return sink.Block("", p.Text()) }

// Text lists the steps of each component.
func (p *Plan) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "fleet %s\n", p.Fleet)
	for n, g := range p.Components {
		fmt.Fprintf(&b, "\ncomponent %d (%s): %s\n", n+1, count(len(g.Members), "member"), first(g.Members, 5))
		if len(g.Steps) == 0 {
			b.WriteString("  no rotation under way: `l5d-pki-render fleet start anchor` begins one\n")
		}
		for i, s := range g.Steps {
			fmt.Fprintf(&b, "  %d %-16s %d entered, %d ahead", i+1, s.Phase, s.Entered, s.Ahead)
			if s.Ahead > 0 {
				fmt.Fprintf(&b, " in %s", count(s.PullRequests, "pull request"))
			}
			if s.Restarts {
				b.WriteString("; restarts workloads")
			}
			b.WriteString("\n")
			if s.Barrier != "" && s.Ahead > 0 {
				b.WriteString(wrap("before it: "+s.Barrier, "      "))
			}
		}
	}
	return b.String()
}
