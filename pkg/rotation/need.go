package rotation

// Need is something that must be known before a phase may be entered. Its text
// is the code that `--assume` takes and that reports show.
type Need string

// The needs. An observation meets them, or a person vouches for them.
const (
	// BundleDelivered: the control plane of this cluster delivers the bundle of
	// the phase to be entered, the injector's mount included. Every wave needs
	// it: a pod that restarts earlier gets the previous bundle again.
	BundleDelivered Need = "BUNDLE-DELIVERED"
	// BundleLoaded: every live endpoint holds the incoming anchor.
	BundleLoaded Need = "BUNDLE-LOADED"
	// IdentityLoaded: every identity replica has loaded the delivered bundle.
	IdentityLoaded Need = "IDENTITY-LOADED"
	// IssuerLoaded: every identity replica signs with the phase's issuer.
	IssuerLoaded Need = "ISSUER-LOADED"
	// LeavesRenewed: no live leaf and no loaded issuer but the phase's.
	LeavesRenewed Need = "LEAVES-RENEWED"
	// RetiredGone: no live bundle or chain has a retired anchor.
	RetiredGone Need = "RETIRED-GONE"
	// WaveDone: a wave that was split over namespaces has reached them all.
	WaveDone Need = "WAVE-DONE"
	// WebhookCADelivered: the API server trusts both the current and the incoming webhook CA.
	WebhookCADelivered Need = "WEBHOOK-CA-DELIVERED"
	// WebhookCertServed: every webhook serves its incoming certificate.
	WebhookCertServed Need = "WEBHOOK-CERT-SERVED"
	// DeliveredElsewhere: something outside of this state delivers trust roots or issuer.
	DeliveredElsewhere Need = "DELIVERED-ELSEWHERE"
)

// needTexts says each need as a sentence; it is also the list of legal codes.
var needTexts = map[Need]string{
	BundleDelivered:    "the control plane delivers the bundle, the injector's mount included",
	BundleLoaded:       "every live endpoint holds the incoming anchor",
	IdentityLoaded:     "every identity replica has loaded the delivered bundle",
	IssuerLoaded:       "every identity replica signs with the issuer of the phase",
	LeavesRenewed:      "no live leaf and no loaded issuer but that of the phase",
	RetiredGone:        "no live bundle or chain has a retired anchor",
	WaveDone:           "the split wave has reached every namespace",
	WebhookCADelivered: "the API server trusts the current and the incoming webhook CA",
	WebhookCertServed:  "every webhook serves its incoming certificate",
	DeliveredElsewhere: "trust roots and issuer are delivered by something else",
}

// Text is the need as a sentence.
func (n Need) Text() string { return needTexts[n] }

// Known tells whether n is one of the codes that may be assumed.
func (n Need) Known() bool { _, ok := needTexts[n]; return ok }
