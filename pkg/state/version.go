package state

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Family is a generation of chart templates: Linkerd releases whose PKI objects
// have the same shape.
//
//	family     trust roots ConfigMap   trust-root-sha256   proxies and identity read the bundle from
//	Family210  none                    no                  literals in env
//	Family211  block literal "|"       no                  the ConfigMap
//	Family212  block literal "|"       yes                 the ConfigMap
//	Family213  block literal "|-"      yes                 the ConfigMap
type Family int

// Families, in the order in which they appeared.
const (
	Family210 Family = iota + 1
	Family211
	Family212
	Family213 // 2.13 and later
)

// String names the family by its first release.
func (f Family) String() string {
	return [...]string{"unknown", "2.10", "2.11", "2.12", "2.13 and later"}[f]
}

// Version is a Linkerd release or edge release whose charts this tool knows.
type Version struct {
	text string
	edge bool
	// number is major, minor, patch of a release; year, month, number of an edge.
	number [3]int
}

// newestPatch stands for "the last patch release" when none is named.
const newestPatch = 1 << 30

// change is a change of the chart templates: the first release and the first
// edge release that have it.
type change struct{ release, edge [3]int }

// The changes that set families and rules apart, found by comparing the
// templates of neighbouring tags of linkerd/linkerd2. Named is the commit and
// the file that it changed.
var (
	// a8e5bff21 (#5690), charts/linkerd2/templates/identity.yaml: LINKERD2_IDENTITY_TRUST_ANCHORS appears.
	// Charts before it have a shape that no supported release has.
	changeIdentityEnv = change{[3]int{2, 10, 0}, [3]int{21, 2, 4}}
	// ca1077bb0 (#6455), charts/linkerd2/templates/identity.yaml: ConfigMap linkerd-identity-trust-roots, externalCA.
	changeTrustRoots = change{[3]int{2, 11, 0}, [3]int{21, 7, 5}}
	// 80bc61aab (#7056), charts/linkerd2/templates/identity.yaml: identity.issuer.crtExpiry goes away. It is still in stable-2.11.0.
	changeNoExpiry = change{[3]int{2, 11, 1}, [3]int{21, 10, 2}}
	// charts/partials/templates/_validate.tpl: a caBundle wants externalSecret.
	changeStrictPins = change{[3]int{2, 12, 0}, [3]int{22, 1, 1}}
	// 1a52055f7 (#9118), charts/partials/templates/_metadata.tpl: linkerd.io/trust-root-sha256. Edges from 21.12.3 to 22.8.1 have the
	// split charts already (f9f3ebefa, #6635), but their PKI objects are those of 2.11.
	changeTrustRootHash = change{[3]int{2, 12, 0}, [3]int{22, 8, 2}}
	// a37f63239 (#10244), charts/linkerd-control-plane/templates/identity.yaml: "|" becomes "|-".
	changeChomping = change{[3]int{2, 13, 0}, [3]int{23, 2, 1}}
	// f179d4c55 (#14109), charts/partials/templates/_validate.tpl: a caBundle may stand beside crtPEM and keyPEM again.
	changeFreePins = change{[3]int{2, 19, 0}, [3]int{25, 6, 4}}
)

// lastMinor is the newest release whose charts were read (version-2.20).
// Edge releases have no such end: their templates are those of the newest family.
const lastMinor = 20

var (
	releaseForm = regexp.MustCompile(`^(?:(?:stable|version)-)?([0-9]{1,2})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?$`)
	edgeForm    = regexp.MustCompile(`^edge-([0-9]{2})\.([0-9]{1,2})\.([0-9]{1,2})$`)
	// vendorForm is what Linkerd's enterprise distribution writes: the release or the edge release that it is built on.
	vendorForm = regexp.MustCompile(`^(?:enterprise-([0-9]+\.[0-9]+)(?:\.[0-9]+)?(?:-[0-9]+)?|preview-([0-9]+\.[0-9]+\.[0-9]+)(?:-[0-9]+)?)$`)
)

// ParseVersion reads spec.linkerd.version: "2.18", "2.14.10", "stable-2.12.6",
// "version-2.18" or "edge-25.4.4". A version whose charts this tool does not
// know is refused.
func ParseVersion(text string) (Version, error) {
	v := Version{text: text}
	form := releaseForm
	if strings.HasPrefix(text, "edge-") {
		form, v.edge = edgeForm, true
	}
	parts := form.FindStringSubmatch(text)
	if parts == nil {
		return Version{}, problem.StateVersionForm.With(shown(text))
	}
	for i, digits := range parts[1:] {
		if len(digits) > 1 && digits[0] == '0' {
			return Version{}, problem.StateVersionForm.With(shown(text))
		}
		v.number[i], _ = strconv.Atoi(digits) // the form has digits only; the patch may be absent
	}
	if !v.edge && parts[3] == "" {
		v.number[2] = newestPatch
	}
	if !v.known() {
		return Version{}, problem.StateVersionUnknown.With(text, fmt.Sprintf("2.10 to 2.%d, edge-21.2.4 and later", lastMinor))
	}
	return v, nil
}

// known reports whether the charts of v were read.
func (v Version) known() bool {
	if v.edge {
		month := v.number[1] >= 1 && v.number[1] <= 12
		return month && v.number[2] >= 1 && v.since(changeIdentityEnv)
	}
	return v.number[0] == 2 && v.since(changeIdentityEnv) && v.number[1] <= lastMinor
}

// since reports whether the charts of v have the change c.
func (v Version) since(c change) bool {
	first := c.release
	if v.edge {
		first = c.edge
	}
	return slices.Compare(v.number[:], first[:]) >= 0
}

// String is the text that was read.
func (v Version) String() string { return v.text }

// Family says which shape the PKI objects of v's charts have.
func (v Version) Family() Family {
	switch {
	case v.since(changeChomping):
		return Family213
	case v.since(changeTrustRootHash):
		return Family212
	case v.since(changeTrustRoots):
		return Family211
	}
	return Family210
}

// PinsWithoutExternalSecret reports whether the charts take a webhook's caBundle
// beside its crtPEM and keyPEM. Those of 2.12 to 2.18 refuse it unless
// externalSecret is true.
func (v Version) PinsWithoutExternalSecret() bool {
	return !v.since(changeStrictPins) || v.since(changeFreePins)
}

// IssuerExpiry reports whether the charts ask for identity.issuer.crtExpiry and
// put it into the annotation linkerd.io/identity-issuer-expiry: 2.10 and 2.11.0.
func (v Version) IssuerExpiry() bool { return !v.since(changeNoExpiry) }

// FamilyOf says which family a stream is of, from the linkerdVersion that its
// linkerd-config carries: "stable-2.10.2", "edge-25.4.4", "version-2.20",
// "enterprise-2.18.0", "preview-25.4.4". It cannot tell for a build of one's own
// ("dev-1a2b3c") and for a release that it does not know.
func FamilyOf(linkerdVersion string) (f Family, ok bool) {
	if m := vendorForm.FindStringSubmatch(linkerdVersion); m != nil {
		linkerdVersion = m[1]
		if m[2] != "" {
			linkerdVersion = "edge-" + m[2]
		}
	}
	v, err := ParseVersion(linkerdVersion)
	if err != nil {
		return 0, false
	}
	return v.Family(), true
}
