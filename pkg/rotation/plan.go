package rotation

import (
	"slices"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Plan is a rotation as a table of commits.
type Plan struct {
	Kind     string `json:"kind"`
	Strategy string `json:"strategy,omitempty"`
	// Before is what was delivered and signed with before the rotation.
	Before Trust     `json:"before"`
	Rows   []PlanRow `json:"rows"`
	// Waves are restarts of the data plane, as planned.
	Waves int `json:"waves"`
	// ByHand says what a person must deliver in the course of it.
	ByHand []string `json:"byHand,omitempty"`
	// Certificates of the state, in the order of its file.
	Certificates []Expiry `json:"certificates,omitempty"`
	// End is when the last commit can be merged at the earliest.
	End time.Time `json:"end"`
}

// Trust is a bundle and an issuer, as fingerprints.
type Trust struct {
	Bundle []string `json:"bundle"`
	Issuer []string `json:"issuer"`
}

// PlanRow is one commit: entering one phase.
type PlanRow struct {
	Phase string `json:"phase"`
	// Done: the log has the phase; Earliest is then when it was entered.
	Done bool `json:"done,omitempty"`
	// Passed: the state is further, but the log does not have the phase: a jump
	// left it out, or the log begins later.
	Passed bool     `json:"passed,omitempty"`
	Bundle []string `json:"bundle"` // fingerprints
	Issuer []string `json:"issuer"`
	// Changes are the objects that the commit changes.
	Changes []string `json:"changes"`
	// Kinds of the objects that the commit changes.
	Kinds []delivery.Kind `json:"-"`
	Needs []Need          `json:"needs,omitempty"`
	Wave  bool            `json:"wave,omitempty"`
	// WaveChoice: leaves may be waited out or renewed by a wave.
	WaveChoice bool      `json:"waveChoice,omitempty"`
	Earliest   time.Time `json:"earliest"`
	// Reverts judges going back from here, right after the merge, to every
	// phase before, nearest first: one reverted commit, two, three.
	Reverts []RevertVerdict `json:"reverts"`
}

// RevertVerdict is what the gate says of reverting commits.
type RevertVerdict struct {
	To      string  `json:"to"`
	Commits int     `json:"commits"`
	Verdict Verdict `json:"verdict"`
}

// NotBegun is the plan of a rotation that nobody has begun: its first phase was
// entered in a dry run only.
func (p *Plan) NotBegun() { p.Rows[0].Done = false }

// PlanOf lays out the rotation that is under way: what the log has of it, and
// from then on what the evidence and the instant allow. A rotation not yet begun
// is planned from the state of a dry [Start].
func PlanOf(s *state.Rotation, o Options, e Evidence, at time.Time) (*Plan, error) {
	path, ok := pathOf(s)
	if !ok {
		return nil, problem.RotationNone.With()
	}
	c, err := openScene(s, e, at)
	if err != nil {
		return nil, err
	}
	from := path.index(s.Status.Phase)
	leaves := s.Status.Rotation.Leaves
	if leaves == "" {
		leaves = o.Leaves
	}
	w := &way{scene: c, path: path, from: from, to: from + 1, options: o, at: at}
	entered := c.entered(path)
	table, err := w.timetable(entered, leaves)
	if err != nil {
		return nil, err
	}
	p := &Plan{Kind: path.Kind, Strategy: path.Strategy, End: table.end().UTC()}
	if p.Certificates, err = c.certificates(); err != nil {
		return nil, err
	}
	materials, err := w.materials()
	if err != nil {
		return nil, err
	}
	p.Before = Trust{fingerprints(materials[0].Bundle.Certificates()), fingerprints(materials[0].Issuer)}
	sim := &past{}
	sim.add(materials[0])
	for i, step := range path.Steps {
		m, before := materials[i+1], materials[i]
		sim.close(step.Needs, c.incomingID(), m)
		sim.add(m)
		row := PlanRow{
			Phase: step.Name, Done: !entered[i].IsZero(), Passed: i <= from && entered[i].IsZero(), Needs: w.stepNeeds(i),
			Earliest: table.at[i].UTC(), Bundle: fingerprints(m.Bundle.Certificates()), Issuer: fingerprints(m.Issuer),
			Wave: step.Restarts(leaves) || w.restartsExpired(i), WaveChoice: step.Rollout == state.RolloutChoice,
		}
		row.Changes = changes(before, m, row.Wave, path, i)
		row.Kinds = kindsAt(before, m, path, i)
		row.Reverts = reverts(path, materials, i, sim, c.verifier.forInstant(row.Earliest))
		p.Rows = append(p.Rows, row)
		if row.Wave {
			p.Waves++
		}
	}
	return p, nil
}

// materials are those of the stable phase before, and of every step.
func (w *way) materials() ([]Material, error) {
	var all []Material
	for i := -1; i < len(w.path.Steps); i++ {
		m, err := w.material(i)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// reverts judges, with all that the replay leaves live at step i, going back to
// each phase before it.
func reverts(path Path, materials []Material, i int, sim *past, v *Verifier) []RevertVerdict {
	live := sim.live()
	var list []RevertVerdict
	for back := i; back >= 0; back-- {
		to := state.PhaseStable
		if back > 0 {
			to = path.Steps[back-1].Name
		}
		list = append(list, RevertVerdict{to, i - back + 1, Judge(materials[i+1], materials[back], live, v)})
	}
	return list
}

// close drops what meeting a step's needs rules out, and nothing else: whether
// that is enough for the gate is what a proof of the plan shows.
func (p *past) close(needs []Need, incoming string, due Material) {
	for _, n := range needs {
		switch n {
		case BundleLoaded:
			p.bundles = slices.DeleteFunc(p.bundles, func(b pki.Bundle) bool { return !b.Contains(incoming) })
		case LeavesRenewed:
			p.chains = slices.DeleteFunc(p.chains, func(c pki.Chain) bool { return c[0].Fingerprint() != due.Issuer[0].Fingerprint() })
		default: // says nothing about what pods hold
		}
	}
}

// live is everything that the replay leaves possible.
func (p *past) live() Live {
	var l Live
	for _, b := range p.bundles {
		l.hold(Held{Bundle: b, Proxies: true, Identity: true, Where: []string{"pods from before"}})
	}
	for _, c := range p.chains {
		l.serve(Served{Chain: c, Proxies: true, Identity: true, Where: []string{"leaves from before"}})
	}
	return l
}

// Objects that commits change (design: what a phase changes in the manifests).
const (
	objectRoots     = "ConfigMap linkerd-identity-trust-roots"
	objectConfig    = "ConfigMap linkerd-config"
	objectPlane     = "Deployments linkerd-identity, linkerd-destination, linkerd-proxy-injector"
	objectIssuer    = "Secret linkerd-identity-issuer"
	objectWorkloads = "pod templates of meshed workloads"
	objectCABundle  = "caBundle of the webhook configurations"
	objectHooks     = "Secrets of the webhooks"
)

// kindsAt are the kinds of objects that entering step i changes.
func kindsAt(before, after Material, path Path, i int) []delivery.Kind {
	webhooks := path.Kind == state.KindWebhooks
	return delivery.Kinds(bundleID(before.Bundle) != bundleID(after.Bundle), chainID(before.Issuer) != chainID(after.Issuer),
		webhooks && i == 1, webhooks && i != 1)
}

// changes names the objects that entering step i changes.
func changes(before, after Material, wave bool, path Path, i int) []string {
	var objects []string
	if bundleID(before.Bundle) != bundleID(after.Bundle) {
		objects = append(objects, objectRoots, objectConfig, objectPlane)
	}
	if chainID(before.Issuer) != chainID(after.Issuer) {
		objects = append(objects, objectIssuer, objectConfig)
	}
	if wave {
		objects = append(objects, objectWorkloads)
	}
	if path.Kind == state.KindWebhooks {
		objects = append(objects, [][]string{{objectCABundle}, {objectHooks}, {objectCABundle}}[i]...)
	}
	slices.Sort(objects)
	return slices.Compact(objects)
}
