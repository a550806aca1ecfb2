package linkerd

import "slices"

// Family is a generation of chart templates: Linkerd releases whose PKI objects
// have the same shape. It is named by its first release.
type Family string

// Families, in the order in which they appeared.
const (
	Family210 Family = "2.10"
	Family211 Family = "2.11"
	Family212 Family = "2.12"
	Family213 Family = "2.13 and later"
)

// String is the name, for messages.
func (f Family) String() string { return string(f) }

// Release is a point in both channels: year, month and number of an edge
// release; major, minor and patch of a stable one.
type Release struct{ Stable, Edge [3]int }

// Traits are what the charts of a span of releases do, by name.
type Traits struct {
	Family Family
	// Since is the first release with these traits.
	Since Release
	// TrustRoots: ConfigMap linkerd-identity-trust-roots holds the bundle, and
	// values know identity.externalCA; without it, literals in env hold it.
	TrustRoots bool
	// Hash: pods carry linkerd.io/trust-root-sha256, so they roll with the bundle.
	Hash bool
	// TrimmedBundle: the ConfigMap is written with "|-", before that with "|".
	TrimmedBundle bool
	// IssuerExpiry: values want identity.issuer.crtExpiry, which becomes the
	// annotation linkerd.io/identity-issuer-expiry.
	IssuerExpiry bool
	// FreePins: a webhook's caBundle may stand beside its crtPEM and keyPEM;
	// without it, it needs externalSecret.
	FreePins bool
	// Without lists the webhooks, by key, that the charts do not have.
	Without []string
	// NewestMinor is the newest 2.N whose charts were read; in the last row. Edge
	// releases have no such end: their templates are taken for those of the last row.
	NewestMinor int
}

// Table has a row per change of the templates, found by comparing neighbouring
// tags of linkerd/linkerd2; the last one that a version reaches is its own. A new
// chart family is a new row.
var Table = []Traits{
	// a8e5bff21 (#5690), charts/linkerd2/templates/identity.yaml: LINKERD2_IDENTITY_TRUST_ANCHORS appears.
	// Charts before it have a shape that no supported release has.
	{Family: Family210, Since: Release{[3]int{2, 10, 0}, [3]int{21, 2, 4}}, IssuerExpiry: true, FreePins: true,
		Without: []string{PolicyValidator}},
	// ca1077bb0 (#6455), charts/linkerd2/templates/identity.yaml: ConfigMap linkerd-identity-trust-roots, externalCA.
	{Family: Family211, Since: Release{[3]int{2, 11, 0}, [3]int{21, 7, 5}}, TrustRoots: true, IssuerExpiry: true, FreePins: true},
	// 80bc61aab (#7056), charts/linkerd2/templates/identity.yaml: identity.issuer.crtExpiry goes away. It is still in stable-2.11.0.
	{Family: Family211, Since: Release{[3]int{2, 11, 1}, [3]int{21, 10, 2}}, TrustRoots: true, FreePins: true},
	// charts/partials/templates/_validate.tpl: a caBundle wants externalSecret. Edges from 21.12.3 to 22.8.1 have the
	// split charts already (f9f3ebefa, #6635), but their PKI objects are those of 2.11.
	{Family: Family211, Since: Release{[3]int{2, 12, 0}, [3]int{22, 1, 1}}, TrustRoots: true},
	// 1a52055f7 (#9118), charts/partials/templates/_metadata.tpl: linkerd.io/trust-root-sha256.
	{Family: Family212, Since: Release{[3]int{2, 12, 0}, [3]int{22, 8, 2}}, TrustRoots: true, Hash: true},
	// a37f63239 (#10244), charts/linkerd-control-plane/templates/identity.yaml: "|" becomes "|-".
	{Family: Family213, Since: Release{[3]int{2, 13, 0}, [3]int{23, 2, 1}}, TrustRoots: true, Hash: true, TrimmedBundle: true},
	// f179d4c55 (#14109), charts/partials/templates/_validate.tpl: a caBundle may stand beside crtPEM and keyPEM again.
	{Family: Family213, Since: Release{[3]int{2, 19, 0}, [3]int{25, 6, 4}}, TrustRoots: true, Hash: true, TrimmedBundle: true, FreePins: true,
		NewestMinor: 20},
}

// NeedsRoll reports whether the control plane's pods do not roll with the bundle by themselves,
// though they read it once.
func (t Traits) NeedsRoll() bool { return t.TrustRoots && !t.Hash }

// Has reports whether the charts have a webhook.
func (t Traits) Has(webhook string) bool { return !slices.Contains(t.Without, webhook) }
