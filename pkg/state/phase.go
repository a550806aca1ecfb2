package state

// Phases are resting states of a rotation, never verbs. They stand here and not
// in pkg/rotation because reading a state file needs them: a phase that its
// roles contradict is refused before anything is rendered. pkg/rotation adds
// what a phase needs to be entered (the gate).
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

// Phase is one row of a rotation's table: what the control plane delivers and
// what identity signs with while the rotation rests there.
type Phase struct {
	Name string
	// Bundle lists the roles of the anchors that are delivered ("extra" anchors always are).
	Bundle []string
	// Issuer is the role of the issuer that identity signs with.
	Issuer string
	// WebhookCA and WebhookCert name the webhook material in force.
	WebhookCA   WebhookSide
	WebhookCert WebhookSide
}

// WebhookSide names which side of a webhook's material is in force.
type WebhookSide int

// Sides of webhook material.
const (
	SideCurrent  WebhookSide = iota // what stands beside `incoming`
	SideBoth                        // caBundle only: current, then incoming
	SideIncoming                    // what stands under `incoming`
)

// Table is the phases of one kind and strategy, in the order in which they are
// walked, without the two stable ends.
type Table struct {
	Kind, Strategy string
	Phases         []Phase
}

// Stable is the phase outside of any rotation.
var Stable = Phase{Name: PhaseStable, Bundle: []string{RoleCurrent}, Issuer: RoleCurrent}

var (
	outgoing = []string{RoleOutgoing}
	incoming = []string{RoleIncoming}
	both     = []string{RoleOutgoing, RoleIncoming}
	current  = []string{RoleCurrent}
)

// Tables is every rotation there is (design section 5):
//
//	kind      strategy    phases between stable and stable
//	anchor    bundle      anchor-added, anchor-spread, issuer-switched, issuer-spread, anchor-dropped
//	anchor    cross-sign  issuer-switched, issuer-spread, anchor-swapped, anchor-spread
//	issuer                issuer-switched
//	webhooks              webhook-ca-added, webhook-cert-switched
//	replace               replaced, replaced-spread
//	renew                 renewed
var Tables = []Table{
	{KindAnchor, StrategyBundle, []Phase{
		{Name: PhaseAnchorAdded, Bundle: both, Issuer: RoleOutgoing},
		{Name: PhaseAnchorSpread, Bundle: both, Issuer: RoleOutgoing},
		{Name: PhaseIssuerSwitched, Bundle: both, Issuer: RoleIncoming},
		{Name: PhaseIssuerSpread, Bundle: both, Issuer: RoleIncoming},
		{Name: PhaseAnchorDropped, Bundle: incoming, Issuer: RoleIncoming},
	}},
	{KindAnchor, StrategyCrossSign, []Phase{
		{Name: PhaseIssuerSwitched, Bundle: outgoing, Issuer: RoleIncoming},
		{Name: PhaseIssuerSpread, Bundle: outgoing, Issuer: RoleIncoming},
		{Name: PhaseAnchorSwapped, Bundle: incoming, Issuer: RoleIncoming},
		{Name: PhaseAnchorSpread, Bundle: incoming, Issuer: RoleIncoming},
	}},
	{KindIssuer, "", []Phase{
		{Name: PhaseIssuerSwitched, Bundle: current, Issuer: RoleIncoming},
	}},
	{KindWebhooks, "", []Phase{
		{Name: PhaseWebhookCAAdded, Bundle: current, Issuer: RoleCurrent, WebhookCA: SideBoth},
		{Name: PhaseWebhookCertSwitched, Bundle: current, Issuer: RoleCurrent, WebhookCA: SideBoth, WebhookCert: SideIncoming},
	}},
	{KindReplace, "", []Phase{
		{Name: PhaseReplaced, Bundle: incoming, Issuer: RoleIncoming},
		{Name: PhaseReplacedSpread, Bundle: incoming, Issuer: RoleIncoming},
	}},
	{KindRenew, "", []Phase{
		{Name: PhaseRenewed, Bundle: incoming, Issuer: RoleCurrent},
	}},
}
