package state

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Paths of status that several rules name.
var (
	atPhase      = manifest.At("status", "phase")
	atRotation   = manifest.At("status", "rotation")
	atAnchors    = manifest.At("status", "anchors")
	atIssuers    = manifest.At("status", "issuers")
	atWebhooks   = manifest.At("status", "webhooks")
	atRetired    = manifest.At("status", "retired")
	atOldIssuers = manifest.At("status", "retiredIssuers")
	atWave       = manifest.At("status", "wave")
)

func (f *findings) epochAndPhase(r *Rotation) {
	if r.Status.Epoch < 0 {
		f.add(problem.StateNegative.With(r.Status.Epoch), manifest.At("status", "epoch"))
	}
	phase, p := r.Status.Phase, r.Status.Rotation
	switch {
	case p == nil && phase == PhaseStable:
	case p == nil:
		f.phaseAlone(phase)
	case phase == PhaseStable:
		f.add(problem.StateStableInRotation.With(p.Kind), atPhase, atRotation)
	default:
		f.progress(phase, p)
	}
}

// phaseAlone is for a phase other than stable without a rotation.
func (f *findings) phaseAlone(phase string) {
	if wrong := oneOf(PhaseNames())(phase); wrong != nil {
		f.add(wrong, atPhase)
		return
	}
	f.add(problem.StatePhaseNeedsRotation.With(shown(phase)), atPhase, atRotation)
}

// progress checks kind, strategy, phase and leaves against each other.
func (f *findings) progress(phase string, p *Progress) {
	if wrong := oneOf(Kinds)(p.Kind); wrong != nil {
		f.add(wrong, atRotation.With("kind"))
		return
	}
	t, ok := TableOf(p.Kind, p.Strategy)
	if !ok {
		f.add(problem.StateStrategy.With(p.Kind, strategiesOf(p.Kind), shown(p.Strategy)), atRotation.With("strategy"))
		return
	}
	names := t.names()
	if !slices.Contains(names, phase) {
		f.add(problem.StatePhaseUnknown.With(shown(phase), t.title(), strings.Join(names, ", ")), atPhase, atRotation)
		return
	}
	if p.Leaves == "" {
		return
	}
	at := atRotation.With("leaves")
	spread := slices.IndexFunc(t.Phases, func(p Phase) bool { return p.Rollout == RolloutChoice })
	if spread < 0 || slices.Index(names, phase) < spread {
		f.add(problem.StateLeaves.With(phase), at, atPhase)
	}
	f.add(oneOf(LeavesWays)(p.Leaves), at)
}

func (t Table) names() []string {
	names := make([]string, len(t.Phases))
	for i, p := range t.Phases {
		names[i] = p.Name
	}
	return names
}

// title names the rotation in messages.
func (t Table) title() string {
	if t.Strategy == "" {
		return fmt.Sprintf("a rotation of kind %q", t.Kind)
	}
	return fmt.Sprintf("a rotation of kind %q with strategy %q", t.Kind, t.Strategy)
}

func strategiesOf(kind string) string {
	if kind == KindAnchor {
		return "the strategy " + strings.Join(Strategies, " or ")
	}
	return "no strategy"
}

func (f *findings) anchorsAndIssuers(r *Rotation) {
	keyPath := relativePath
	if r.Spec.Custody.Kind == CustodyFile {
		keyPath = anyPath
	}
	s := r.Status
	f.names(atAnchors, len(s.Anchors), func(i int) string { return s.Anchors[i].Name })
	for i, a := range s.Anchors {
		at := atAnchors.With(i)
		f.add(oneOf(AnchorRoles)(a.Role), at.With("role"))
		f.anchor(a, at, keyPath)
	}
	for i, a := range s.Retired {
		at := atRetired.With(i)
		f.add(usableName(a.Name), at.With("name"))
		if a.Role != "" {
			f.add(problem.StateRetiredRole.With(shown(a.Role)), at.With("role"))
		}
		f.anchor(a, at, keyPath)
	}
	for i, issuer := range s.RetiredIssuers {
		f.add(usableName(issuer.Name), atOldIssuers.With(i).With("name"))
		f.add(chain(issuer.Certificate), atOldIssuers.With(i).With("certificate"))
	}
	f.names(atIssuers, len(s.Issuers), func(i int) string { return s.Issuers[i].Name })
	for i, issuer := range s.Issuers {
		at := atIssuers.With(i)
		f.add(oneOf(IssuerRoles)(issuer.Role), at.With("role"))
		f.add(chain(issuer.Certificate), at.With("certificate"))
		f.add(optional(keyPath)(issuer.Key), at.With("key"))
	}
	for _, key := range slices.Sorted(maps.Keys(s.Webhooks)) {
		f.webhook(key, s.Webhooks[key], keyPath)
	}
}

func (f *findings) anchor(a Anchor, at manifest.Path, keyPath rule) {
	n, wrong := certificates(a.Certificate)
	if wrong == nil && n != 1 {
		wrong = problem.StateOneCertificate.With(n)
	}
	f.add(wrong, at.With("certificate"))
	f.add(optional(keyPath)(a.Key), at.With("key"))
}

// chain accepts one certificate or more.
func chain(text string) *problem.Problem {
	_, wrong := certificates(text)
	return wrong
}

// workloadForm is how waves name workloads.
var workloadForm = lazy.New(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?/(\*|[a-z]+/[a-z0-9]([-a-z0-9.]*[a-z0-9])?)|\*/\*)$`)

// waves checks what is known about restart waves.
func (f *findings) waves(r *Rotation) {
	f.add(optional(stamp)(r.Status.Stamp), manifest.At("status", "stamp"))
	w := r.Status.Wave
	if w == nil {
		return
	}
	if r.Status.Stamp == "" {
		f.add(problem.StateWave.With("a wave is split, but there is no stamp"), atWave, manifest.At("status", "stamp"))
	}
	previous := atWave.With("previous")
	f.add(optional(stamp)(w.Previous), previous)
	if w.Previous != "" && w.Previous == r.Status.Stamp {
		f.add(problem.StateWave.With("the previous stamp is the new one"), previous)
	}
	if !w.Stale && len(w.Workloads) > 0 || w.Stale && len(w.Namespaces) > 0 {
		f.add(problem.StateWave.With("a wave is for namespaces, or for stale workloads"), atWave)
	}
	for i, name := range w.Workloads {
		if !workloadForm.MatchString(name) {
			f.add(problem.StateWave.With(fmt.Sprintf("%s is not NAMESPACE/KIND/NAME, nor NAMESPACE/*", shown(name))), atWave.With("workloads", i))
		}
	}
	listed := map[string]bool{}
	for i, ns := range w.Namespaces {
		at := atWave.With("namespaces", i)
		f.add(dnsLabel(ns), at)
		if listed[ns] {
			f.add(problem.StateWave.With(fmt.Sprintf("the namespace %s is listed twice", shown(ns))), at)
		}
		listed[ns] = true
	}
}
