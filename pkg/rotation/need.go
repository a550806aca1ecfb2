package rotation

import "github.com/l5d-pki/l5d-pki-render/pkg/state"

// Need is something that must be known before a phase may be entered.
type Need = state.Need

// The needs, with the names of package state, whose phases ask for them.
const (
	BundleDelivered    = state.BundleDelivered
	BundleLoaded       = state.BundleLoaded
	IdentityLoaded     = state.IdentityLoaded
	IssuerLoaded       = state.IssuerLoaded
	LeavesRenewed      = state.LeavesRenewed
	RetiredGone        = state.RetiredGone
	WaveDone           = state.WaveDone
	WebhookCADelivered = state.WebhookCADelivered
	WebhookCertServed  = state.WebhookCertServed
	DeliveredElsewhere = state.DeliveredElsewhere
)
