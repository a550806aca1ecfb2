package fleet

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Scene is a fleet at one instant: what is known of every member, by component.
type Scene struct {
	File     *File
	Clusters []Cluster
	At       time.Time
	// Groups are the components, as numbers of members.
	Groups [][]int

	evidence   []rotation.Evidence
	groupOf    []int
	components []*Component
	trust      *certificates
	verifiers  []*rotation.Verifier
}

// Open reads what is known of every member. evidence is that of each member alone; what
// it has of another member's cluster is known of that one, as kept. A person's word in it
// counts for the member's component, as it does among the links of one state.
func Open(f *File, clusters []Cluster, evidence []rotation.Evidence, at time.Time) (*Scene, error) {
	evidence = pooled(clusters, evidence)
	s := &Scene{
		File: f, Clusters: clusters, At: at, Groups: Components(len(clusters), Links(f, clusters)),
		evidence: evidence, groupOf: make([]int, len(clusters)), trust: newCertificates(rotation.NewVerifier(at)),
	}
	incoming := make([]string, len(s.Groups))
	for g, members := range s.Groups {
		if i := s.leader(members); i >= 0 {
			incoming[g] = Incoming(clusters[i].Now)
		}
		for _, i := range members {
			s.groupOf[i] = g
		}
		s.components = append(s.components, NewComponent(s.trust))
	}
	lives, errs := make([]rotation.Live, len(clusters)), make([]error, len(clusters))
	s.share(len(clusters), func(i int, v *rotation.Verifier) {
		lives[i], errs[i] = rotation.LiveOf(clusters[i].Name, clusters[i].Now, evidence[i], incoming[s.groupOf[i]], at, v)
	})
	var problems problem.List
	for i, c := range clusters {
		problems = append(problems, problem.Of(errs[i]).In(c.State)...)
		if c.Now != nil {
			s.trust.learn(rotation.MeshOf(c.Now), lives[i])
		}
	}
	for i, c := range clusters {
		v := s.trust.view(lives[i])
		if c.Unseen != "" {
			v.UnknownBundles, v.UnknownChains = append(v.UnknownBundles, c.Unseen), append(v.UnknownChains, c.Unseen)
		}
		s.components[s.groupOf[i]].Add(i, v)
	}
	return s, problems.Err()
}

// pooled is the evidence of every member with what moves of others left of it beside
// their states, each observation once.
func pooled(clusters []Cluster, evidence []rotation.Evidence) []rotation.Evidence {
	of := map[string][]*rotation.Observation{}
	for i, e := range evidence {
		for _, o := range slices.Concat(e.Observations, e.Earlier) {
			if o.Cluster != clusters[i].Name {
				of[o.Cluster] = append(of[o.Cluster], o)
			}
		}
	}
	all := slices.Clone(evidence)
	for i, c := range clusters {
		given := notAmong(nil, all[i].Observations)
		all[i].Observations, all[i].Earlier = given, notAmong(given, slices.Concat(all[i].Earlier, of[c.Name]))
		all[i].Waves = map[string][]rotation.WaveVersion{c.Name: c.Waves}
	}
	return all
}

// notAmong are the observations that are not among others, without doubles.
func notAmong(others, all []*rotation.Observation) (list []*rotation.Observation) {
	for _, o := range all {
		same := func(k *rotation.Observation) bool {
			return k.Cluster == o.Cluster && k.At == o.At && reflect.DeepEqual(k, o)
		}
		if !slices.ContainsFunc(others, same) && !slices.ContainsFunc(list, same) {
			list = append(list, o)
		}
	}
	return list
}

// workers share the work on members. Each remembers what it has verified.
const workers = 4

func (s *Scene) share(n int, work func(i int, v *rotation.Verifier)) {
	if s.verifiers == nil {
		for range workers {
			s.verifiers = append(s.verifiers, s.trust.verifier.Beside())
		}
	}
	var group sync.WaitGroup
	for w, v := range s.verifiers {
		group.Go(func() {
			for i := w; i < n; i += workers {
				work(i, v)
			}
		})
	}
	group.Wait()
}

// Group lists the members that share trust with one, itself included.
func (s *Scene) Group(member int) []int { return s.Groups[s.groupOf[member]] }

// Leader is a member of the component of another one that is on the way to a new
// anchor, the first one; -1 if there is none.
func (s *Scene) Leader(member int) int { return s.leader(s.Group(member)) }

func (s *Scene) leader(members []int) int {
	for _, i := range members {
		if now := s.Clusters[i].Now; now != nil && Incoming(now) != "" {
			return i
		}
	}
	return -1
}

// Move makes the move that is wanted of one state; the state has no links, since what
// is linked with it is judged here. Several are made at the same time.
type Move func(member int, s *state.Rotation, e rotation.Evidence) (*rotation.Move, error)

// Outcome is what becomes of the move of one member.
type Outcome struct {
	Member int
	// Move is the move; nil if there is none from where the member is.
	Move *rotation.Move
	// Own is what keeps the member back by itself.
	Own problem.List
	// Holds are what keeps it back in its component.
	Holds []Hold
}

// Ready reports whether the move may be made.
func (o Outcome) Ready() bool { return o.Move != nil && len(o.Own) == 0 && len(o.Holds) == 0 }

// Try judges the move of each member, in the order in which they may be made:
// canaries first. Each is judged with those that were found ready before it, so any
// of them may be applied in any order.
func (s *Scene) Try(members []int, move Move) []Outcome {
	outcomes := []Outcome{}
	positions := map[int]int{} // of members that are ready, after their move
	restarts := s.restarting()
	ordered := s.ordered(members)
	tried := s.make(ordered, move)
	for n, i := range ordered {
		o := s.judged(tried[n], positions)
		if limit := int(s.File.Spec.Limits.Restarts); o.Ready() && o.Move.Wave && limit > 0 && len(restarts) >= limit {
			o.Holds = append(o.Holds, Hold{Rule: HeldRestarts, Members: slices.Clone(restarts)})
		}
		if o.Ready() {
			s.components[s.groupOf[i]].Take(i, s.trust.config(o.Move.After))
			_, positions[i] = rotation.Steps(o.Move.State)
			if o.Move.To == state.PhaseStable {
				positions[i] = done
			}
			if o.Move.Wave {
				restarts = append(restarts, i)
			}
		}
		outcomes = append(outcomes, o)
	}
	return outcomes
}

// done is the position of a member whose rotation has ended.
const done = 1 << 20

// make makes the moves.
func (s *Scene) make(members []int, move Move) []Outcome {
	tried := make([]Outcome, len(members))
	s.share(len(members), func(n int, v *rotation.Verifier) {
		i := members[n]
		tried[n].Member = i
		c := s.Clusters[i]
		if c.Now == nil {
			return
		}
		alone, e := c.Now.Clone(), s.evidence[i]
		links := alone.Spec.Links
		alone.Spec.Links, e.Verified = nil, v
		m, err := move(i, alone, e)
		if err != nil {
			tried[n].Own = problem.Of(err)
			return
		}
		m.State.Spec.Links = links
		tried[n].Move, tried[n].Own = m, m.Shut
	})
	return tried
}

// judged adds what holds a move back.
func (s *Scene) judged(o Outcome, positions map[int]int) Outcome {
	i, m := o.Member, o.Move
	if s.Clusters[i].Now == nil {
		o.Holds = []Hold{{Rule: HeldUnknown, Members: []int{i}, Text: "the state is unknown: " + s.Clusters[i].Unread}}
	}
	if m == nil {
		return o
	}
	if !m.Back {
		o.Holds = s.canaries(i, m, positions)
	}
	if m.DowntimeAccepted && m.State.Status.Rotation != nil && m.State.Status.Rotation.Kind == state.KindReplace {
		return o // the pairs fail until every workload has restarted, and a person accepted that
	}
	o.Holds = append(o.Holds, s.components[s.groupOf[i]].Judge(i, s.trust.config(m.Before), s.trust.config(m.After))...)
	return o
}

// Judge says what holds back a change of a member from one state to another, however
// it was made.
func (s *Scene) Judge(member int, from, to *state.Rotation) ([]Hold, error) {
	was, err := rotation.MaterialOf(from)
	if err != nil {
		return nil, err
	}
	is, err := rotation.MaterialOf(to)
	if err != nil {
		return nil, err
	}
	return s.components[s.groupOf[member]].Judge(member, s.trust.config(was), s.trust.config(is)), nil
}

// Words is a hold for people.
func (s *Scene) Words(h Hold) string {
	who := s.names(h.Members)
	switch h.Rule {
	case HeldBundle:
		return fmt.Sprintf("%s may hold %s, which does not verify %s", who, s.trust.bundleWords(h.Bundle), s.trust.chainWords(h.Chain))
	case HeldChain:
		return fmt.Sprintf("%s may serve leaves of %s, which %s does not verify", who, s.trust.chainWords(h.Chain), s.trust.bundleWords(h.Bundle))
	case HeldCanary:
		return fmt.Sprintf("canary %s has not taken this step", who)
	case HeldRestarts:
		return fmt.Sprintf("%d members restart already (spec.limits.restarts): %s", len(h.Members), who)
	default:
		return fmt.Sprintf("%s: %s", who, h.Text)
	}
}

// names lists members, the first few by name.
func (s *Scene) names(members []int) string {
	const few = 5
	var names []string
	for _, i := range members[:min(len(members), few)] {
		names = append(names, s.Clusters[i].Name)
	}
	if n := len(members) - few; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return strings.Join(names, ", ")
}

// Problems are holds as refusals.
func (s *Scene) Problems(member int, holds []Hold) (list problem.List) {
	for _, h := range holds {
		list = append(list, problem.FleetHeld.With(s.Clusters[member].Name, s.Words(h)))
	}
	return list
}

// Standing are the pairs of each component that fail as it is: a late joiner that
// does not fit, an edit by hand, or a replacement whose downtime was accepted.
func (s *Scene) Standing() (list problem.List) {
	for g, c := range s.components {
		if slices.ContainsFunc(s.Groups[g], func(i int) bool {
			now := s.Clusters[i].Now
			return now != nil && now.Status.Rotation != nil && now.Status.Rotation.Kind == state.KindReplace
		}) {
			continue
		}
		for _, b := range c.bundles {
			for _, chain := range c.refusedBy(b) {
				list = append(list, problem.FleetPair.With(s.names(c.holders[b]), s.trust.bundleWords(b), s.names(c.servers[chain]),
					s.trust.chainWords(chain)))
			}
		}
	}
	return list
}
