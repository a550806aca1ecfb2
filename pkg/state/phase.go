package state

import "slices"

// Phases are resting states of a rotation, never verbs. Their names and their
// rows (phase_table.go) are in this package because reading a state file needs
// them: a phase that its roles contradict is refused before anything is rendered.
const (
	PhaseStable              = "stable"
	PhaseAnchorAdded         = "anchor-added"
	PhaseAnchorSpread        = "anchor-spread"
	PhaseIssuerSwitched      = "issuer-switched"
	PhaseIssuerSpread        = "issuer-spread"
	PhaseAnchorDropped       = "anchor-dropped"
	PhaseAnchorSwapped       = "anchor-swapped"
	PhaseWebhookCAAdded      = "webhook-ca-added"
	PhaseWebhookCertSwitched = "webhook-cert-switched"
	PhaseReplaced            = "replaced"
	PhaseReplacedSpread      = "replaced-spread"
	PhaseRenewed             = "renewed"
)

// Kinds and strategies of rotations.
const (
	KindAnchor   = "anchor"
	KindIssuer   = "issuer"
	KindWebhooks = "webhooks"
	KindReplace  = "replace"
	KindRenew    = "renew"

	StrategyBundle    = "bundle"
	StrategyCrossSign = "cross-sign"
)

// Phase is one row of [Tables]: everything that depends on the phase alone. Rows
// are written without field names, so that a new field has to be filled in all of
// them.
type Phase struct {
	Name string
	// Bundle lists the roles of the anchors that are delivered ("extra" anchors always are).
	Bundle []string
	// Issuer is the role of the issuer that identity signs with.
	Issuer string
	WebhookSides
	// Needs must be met to enter the phase on the way forward. The gate of package
	// rotation comes on top, for every phase.
	Needs   []Need
	Rollout Rollout
	// TakesTrust: the phase takes something away that cannot be given back in a moment.
	TakesTrust bool
	// Meaning says what resting in the phase means.
	Meaning string
}

// WebhookSides are the webhook material in force.
type WebhookSides struct{ WebhookCA, WebhookCert WebhookSide }

// WebhookSide names which side of a webhook's material is in force.
type WebhookSide int

// Sides of webhook material.
const (
	SideCurrent  WebhookSide = iota // what stands beside `incoming`
	SideBoth                        // caBundle only: current, then incoming
	SideIncoming                    // what stands under `incoming`
)

// Rollout says whether entering a phase restarts the workloads. The zero value is
// invalid: every row has to say it.
type Rollout int

// Rollouts.
const (
	RolloutNone   Rollout = iota + 1
	RolloutAlways         // a new stamp: one rolling restart
	RolloutChoice         // LeavesWave restarts, LeavesWaited waits until leaves have been renewed
)

// Restarts reports whether entering the phase restarts the workloads; leaves is
// the choice that [RolloutChoice] asks for.
func (p Phase) Restarts(leaves string) bool {
	return p.Rollout == RolloutAlways || p.Rollout == RolloutChoice && leaves == LeavesWave
}

// Table is the phases of one kind and strategy, in the order in which they are
// walked, without the two stable ends. End is the row of the return to stable.
type Table struct {
	Kind, Strategy string
	Phases         []Phase
	End            Phase
}

// Steps are the phases and the return to stable.
func (t Table) Steps() []Phase { return append(slices.Clip(t.Phases), t.End) }

// Next is the row that follows the phase that r rests in; ok is false in stable.
func (r *Rotation) Next() (row Phase, ok bool) {
	if r.Status.Rotation == nil {
		return Phase{}, false
	}
	t, _ := TableOf(r.Status.Rotation.Kind, r.Status.Rotation.Strategy)
	i := slices.Index(t.names(), r.Status.Phase)
	if i < 0 {
		return Phase{}, false
	}
	return t.Steps()[i+1], true
}
