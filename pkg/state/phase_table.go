package state

var (
	outgoing = []string{RoleOutgoing}
	incoming = []string{RoleIncoming}
	both     = []string{RoleOutgoing, RoleIncoming}
	current  = []string{RoleCurrent}

	hooksKept     = WebhookSides{SideCurrent, SideCurrent}
	hooksTrusted  = WebhookSides{SideBoth, SideCurrent}
	hooksSwitched = WebhookSides{SideBoth, SideIncoming}
)

// What phases of several rotations mean.
const (
	meansSpread   = "every workload restarts and reads the delivered bundle"
	meansSwitched = "identity signs with the incoming issuer"
	meansRenewing = "the leaves of the outgoing issuer go"
)

// Stable is the phase outside of any rotation.
var Stable = Phase{PhaseStable, current, RoleCurrent, hooksKept, nil, RolloutNone, true, "one trust anchor, one issuer"}

// end is [Stable] as the last step of a rotation.
func end(rollout Rollout, needs ...Need) Phase {
	p := Stable
	p.Needs, p.Rollout = needs, rollout
	return p
}

// Tables is every rotation there is, and the only table by phase: name, bundle,
// issuer, webhooks, needs, rollout, takes trust, meaning. The commands that look at
// what a phase needs are those of its needs ([Need.Commands]).
var Tables = []Table{
	{KindAnchor, StrategyBundle, []Phase{
		{PhaseAnchorAdded, both, RoleOutgoing, hooksKept, nil, RolloutNone, false,
			"the control plane delivers the outgoing and the incoming anchor"},
		{PhaseAnchorSpread, both, RoleOutgoing, hooksKept, []Need{BundleDelivered}, RolloutAlways, false, meansSpread},
		{PhaseIssuerSwitched, both, RoleIncoming, hooksKept, []Need{BundleLoaded}, RolloutNone, false, meansSwitched},
		{PhaseIssuerSpread, both, RoleIncoming, hooksKept, []Need{IssuerLoaded}, RolloutChoice, false, meansRenewing},
		{PhaseAnchorDropped, incoming, RoleIncoming, hooksKept, []Need{LeavesRenewed}, RolloutNone, true,
			"the control plane delivers the incoming anchor alone"},
	}, end(RolloutAlways, BundleDelivered)},
	{KindAnchor, StrategyCrossSign, []Phase{
		{PhaseIssuerSwitched, outgoing, RoleIncoming, hooksKept, nil, RolloutNone, false, meansSwitched},
		{PhaseIssuerSpread, outgoing, RoleIncoming, hooksKept, []Need{IssuerLoaded}, RolloutChoice, false, meansRenewing},
		{PhaseAnchorSwapped, incoming, RoleIncoming, hooksKept, []Need{LeavesRenewed}, RolloutNone, true,
			"the control plane delivers the incoming anchor in place of the outgoing one"},
		{PhaseAnchorSpread, incoming, RoleIncoming, hooksKept, []Need{BundleDelivered}, RolloutAlways, false, meansSpread},
	}, end(RolloutNone, BundleLoaded)},
	{KindIssuer, "", []Phase{
		{PhaseIssuerSwitched, current, RoleIncoming, hooksKept, nil, RolloutNone, false, meansSwitched},
	}, end(RolloutNone, LeavesRenewed)},
	{KindWebhooks, "", []Phase{
		{PhaseWebhookCAAdded, current, RoleCurrent, hooksTrusted, nil, RolloutNone, false,
			"the API server trusts the current and the incoming webhook CA"},
		{PhaseWebhookCertSwitched, current, RoleCurrent, hooksSwitched, []Need{WebhookCADelivered}, RolloutNone, false,
			"the webhooks serve their incoming certificates"},
	}, end(RolloutNone, WebhookCertServed)},
	{KindReplace, "", []Phase{
		{PhaseReplaced, incoming, RoleIncoming, hooksKept, nil, RolloutNone, true,
			"anchor and issuer are replaced at once; connections fail until workloads have restarted"},
		{PhaseReplacedSpread, incoming, RoleIncoming, hooksKept, []Need{BundleDelivered, IssuerLoaded}, RolloutAlways, false,
			"every workload restarts and reads the new bundle"},
	}, end(RolloutNone, BundleLoaded)},
	{KindRenew, "", []Phase{
		{PhaseRenewed, incoming, RoleCurrent, hooksKept, nil, RolloutNone, false,
			"the anchor has new dates, with the same name and key"},
	}, end(RolloutNone, BundleDelivered, IdentityLoaded)},
}
