package rotation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Evidence is what opens a gate: observations of this and of linked clusters,
// the state files of linked clusters, and what a person vouches for.
type Evidence struct {
	Observations []*Observation
	// Earlier are observations that earlier moves were made on. They show nothing of
	// what is live now, only since when identity signs with an issuer: waits are
	// counted from them.
	Earlier []*Observation
	// Links are the states of linked clusters, by the name in spec.links.
	Links       []LinkedState
	Assumptions []Assumption
	// Waves are the versions of status.wave that have the stamp in force, oldest first, by
	// cluster, where somebody knows the history of its state.
	Waves map[string][]WaveVersion
	// Verified, if set, has answers that were found already; many clusters share them.
	Verified *Verifier
}

// LinkedState is the state file of a linked cluster.
type LinkedState struct {
	Name  string
	State *state.Rotation
}

// Assumption is a person's word for one need, with a reason. It goes to the log.
type Assumption struct {
	Code    Need   `json:"code"`
	Because string `json:"because"`
	// Forced: given although the log contradicts it.
	Forced bool `json:"forced,omitempty"`
}

// Digest is the SHA-256 (lower-case hex) of the evidence as JSON: observations
// in order of cluster and instant, assumptions in order of code. It is empty
// when there is no evidence. States of links have a digest in Git already.
func (e Evidence) Digest() string {
	if len(e.Observations) == 0 && len(e.Assumptions) == 0 {
		return ""
	}
	observations, assumptions := slices.Clone(e.Observations), slices.Clone(e.Assumptions)
	order.By(observations, func(a, b *Observation) int {
		return strings.Compare(a.Cluster+"\x00"+a.At, b.Cluster+"\x00"+b.At)
	})
	order.By(assumptions, func(a, b Assumption) int { return strings.Compare(string(a.Code), string(b.Code)) })
	text, err := json.Marshal(struct {
		Observations []*Observation `json:"observations"`
		Assumptions  []Assumption   `json:"assumptions"`
	}{observations, assumptions})
	if err != nil {
		panic("rotation: evidence always marshals: " + err.Error())
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// check refuses assumptions that are no need, or that give no reason, and
// observations of clusters that the state does not name or of times to come.
func (e Evidence) check(s *state.Rotation, at time.Time) error {
	var problems problem.List
	for _, a := range e.Assumptions {
		if !a.Code.Known() {
			p := problem.RotationUnknownNeed.With(string(a.Code))
			if meant, ok := problem.Nearest(strings.ToUpper(string(a.Code)), state.NeedCodes); ok {
				p = p.Hint("did you mean --assume %s?", meant)
			}
			problems = append(problems, p.Hint("the codes are %s", strings.Join(state.NeedCodes, ", ")))
		}
		if state.IsBlank(a.Because) {
			problems = append(problems, problem.RotationNoBecause.With(string(a.Code)))
		}
	}
	names := clusterNames(s)
	for _, o := range e.Observations {
		if !slices.Contains(names, o.Cluster) {
			problems = append(problems, problem.RotationForeignObservation.With(o.Cluster, strings.Join(names, ", ")))
		}
		if of := e.stateOf(o.Cluster, s); of != nil && !o.IsOf(of) {
			is, want := o.Mesh, MeshOf(of)
			problems = append(problems, problem.RotationForeignMesh.With(o.Cluster, is.Namespace, is.TrustDomain, want.Namespace, want.TrustDomain))
		}
		if o.at().After(at) {
			problems = append(problems, problem.RotationFutureObservation.With(o.Cluster, o.At, instantText(at)))
		}
	}
	return problems.Err()
}

// stateOf is the state of this cluster, or of a linked one; nil if there is none.
func (e Evidence) stateOf(cluster string, s *state.Rotation) *state.Rotation {
	if cluster == s.Metadata.Name {
		return s
	}
	for _, l := range e.Links {
		if l.Name == cluster {
			return l.State
		}
	}
	return nil
}

// clusterNames is the cluster of s and those that it links to.
func clusterNames(s *state.Rotation) []string {
	names := []string{s.Metadata.Name}
	for _, l := range s.Spec.Links {
		names = append(names, l.Name)
	}
	return names
}

// of lists the observations of a cluster, oldest first.
func (e Evidence) of(cluster string) []*Observation { return ofCluster(e.Observations, cluster) }

func ofCluster(all []*Observation, cluster string) []*Observation {
	var found []*Observation
	for _, o := range all {
		if o.Cluster == cluster {
			found = append(found, o)
		}
	}
	order.By(found, func(a, b *Observation) int { return a.at().Compare(b.at()) })
	return found
}

// assumed is the assumption for a need.
func (e Evidence) assumed(n Need) (Assumption, bool) {
	i := slices.IndexFunc(e.Assumptions, func(a Assumption) bool { return a.Code == n })
	if i < 0 {
		return Assumption{}, false
	}
	return e.Assumptions[i], true
}
