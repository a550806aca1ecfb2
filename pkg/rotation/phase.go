package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// WaveRule says whether entering a phase restarts the data plane.
type WaveRule int

// Rules of waves.
const (
	NoWave     WaveRule = iota
	Wave                // always
	WaveChoice          // "wave" restarts the workloads, "waited" waits until their leaves have been renewed
)

// Step is one row of a path: a phase and what must be known to enter it. The
// gate ([Judge]) comes on top, for every phase.
type Step struct {
	Phase string
	Needs []Need
	Wave  WaveRule
}

// Path is one kind and strategy of rotation, from the first phase after stable
// to the return to stable.
type Path struct {
	Kind, Strategy string
	Steps          []Step
}

// Paths extends state.Tables by what each phase needs (design: "may be entered when"):
//
//	kind/strategy      phase                needs                              wave
//	anchor/bundle      anchor-added         -                                  -
//	                   anchor-spread        bundle delivered                   yes
//	                   issuer-switched      bundle loaded                      -
//	                   issuer-spread        issuer loaded                      choice
//	                   anchor-dropped       leaves renewed                     -
//	                   stable               bundle delivered                   yes
//	anchor/cross-sign  issuer-switched      -                                  -
//	                   issuer-spread        issuer loaded                      choice
//	                   anchor-swapped       leaves renewed                     -
//	                   anchor-spread        bundle delivered                   yes
//	                   stable               bundle loaded                      -
//	issuer             issuer-switched      -                                  -
//	                   stable               leaves renewed                     -
//	webhooks           webhook-ca-added     -                                  -
//	                   webhook-cert-switched webhook CA delivered              -
//	                   stable               webhook certificate served         -
//	replace            replaced             (downtime accepted)                -
//	                   replaced-spread      bundle delivered, issuer loaded    yes
//	                   stable               bundle loaded                      -
//	renew              renewed              -                                  -
//	                   stable               bundle delivered, identity loaded  -
var Paths = []Path{
	{state.KindAnchor, state.StrategyBundle, []Step{
		{state.PhaseAnchorAdded, nil, NoWave},
		{state.PhaseAnchorSpread, []Need{BundleDelivered}, Wave},
		{state.PhaseIssuerSwitched, []Need{BundleLoaded}, NoWave},
		{state.PhaseIssuerSpread, []Need{IssuerLoaded}, WaveChoice},
		{state.PhaseAnchorDropped, []Need{LeavesRenewed}, NoWave},
		{state.PhaseStable, []Need{BundleDelivered}, Wave},
	}},
	{state.KindAnchor, state.StrategyCrossSign, []Step{
		{state.PhaseIssuerSwitched, nil, NoWave},
		{state.PhaseIssuerSpread, []Need{IssuerLoaded}, WaveChoice},
		{state.PhaseAnchorSwapped, []Need{LeavesRenewed}, NoWave},
		{state.PhaseAnchorSpread, []Need{BundleDelivered}, Wave},
		{state.PhaseStable, []Need{BundleLoaded}, NoWave},
	}},
	{state.KindIssuer, "", []Step{
		{state.PhaseIssuerSwitched, nil, NoWave},
		{state.PhaseStable, []Need{LeavesRenewed}, NoWave},
	}},
	{state.KindWebhooks, "", []Step{
		{state.PhaseWebhookCAAdded, nil, NoWave},
		{state.PhaseWebhookCertSwitched, []Need{WebhookCADelivered}, NoWave},
		{state.PhaseStable, []Need{WebhookCertServed}, NoWave},
	}},
	{state.KindReplace, "", []Step{
		{state.PhaseReplaced, nil, NoWave},
		{state.PhaseReplacedSpread, []Need{BundleDelivered, IssuerLoaded}, Wave},
		{state.PhaseStable, []Need{BundleLoaded}, NoWave},
	}},
	{state.KindRenew, "", []Step{
		{state.PhaseRenewed, nil, NoWave},
		{state.PhaseStable, []Need{BundleDelivered, IdentityLoaded}, NoWave},
	}},
}

// PathOf finds the path of a kind and strategy.
func PathOf(kind, strategy string) (Path, bool) {
	i := slices.IndexFunc(Paths, func(p Path) bool { return p.Kind == kind && p.Strategy == strategy })
	if i < 0 {
		return Path{}, false
	}
	return Paths[i], true
}

// pathOf is the path that s is on; ok is false in the phase stable.
func pathOf(s *state.Rotation) (Path, bool) {
	if s.Status.Rotation == nil {
		return Path{}, false
	}
	return PathOf(s.Status.Rotation.Kind, s.Status.Rotation.Strategy)
}

// index is the position of a phase on the path. The stable phase before the
// first step is -1, the one at the end is the last position.
func (p Path) index(phase string) int {
	return slices.IndexFunc(p.Steps, func(s Step) bool { return s.Phase == phase })
}

// names lists the phases, for messages.
func (p Path) names() []string {
	all := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		all[i] = s.Phase
	}
	return all
}
