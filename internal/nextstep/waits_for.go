package nextstep

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Waiting says what a need waits for, and who holds it up: "every pod to load the
// incoming anchor: 3 pods still use the old bundle: shop/cart (2), shop/api (1)".
func Waiting(n rotation.NeedResult) string {
	what, who := waiting(n)
	if who == "" {
		return what
	}
	return what + ": " + who
}

func waiting(n rotation.NeedResult) (what, who string) {
	if what = waitsFor[n.Need]; what == "" {
		what = n.Text
	}
	if who = n.HeldUpBy(); who == "" {
		who = strings.Join(n.Missing, "; ")
	}
	return what, who
}

// waitsFor names needs as what is waited for.
var waitsFor = map[rotation.Need]string{
	rotation.BundleDelivered:    "the control plane to serve the new bundle",
	rotation.BundleLoaded:       "every pod to load the incoming anchor",
	rotation.IdentityLoaded:     "linkerd-identity to load the bundle",
	rotation.IssuerLoaded:       "identity to sign with the new issuer",
	rotation.LeavesRenewed:      "every pod to get a leaf of the new issuer",
	rotation.RetiredGone:        "every pod to drop the retired anchors",
	rotation.WaveDone:           "the rest of the restarts",
	rotation.WebhookCADelivered: "the API server to trust the new webhook certificates",
	rotation.WebhookCertServed:  "the webhooks to serve their new certificates",
	rotation.DeliveredElsewhere: "your word that you apply by hand what Git does not deliver",
}
