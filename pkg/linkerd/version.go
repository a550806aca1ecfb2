package linkerd

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Version is a Linkerd release or edge release whose charts this tool knows.
type Version struct {
	text string
	edge bool
	// number is major, minor, patch of a release; year, month, number of an edge.
	number [3]int
}

// newestPatch stands for "the last patch release" when none is named.
const newestPatch = 1 << 30

var (
	releaseForm = lazy.New(`^(?:(?:stable|version)-)?([0-9]{1,2})\.([0-9]{1,3})(?:\.([0-9]{1,3}))?$`)
	edgeForm    = lazy.New(`^edge-([0-9]{2})\.([0-9]{1,2})\.([0-9]{1,2})$`)
	// vendorForm is what Linkerd's enterprise distribution writes: the release or the edge release that it is built on.
	vendorForm = lazy.New(`^(?:enterprise-([0-9]+\.[0-9]+)(?:\.[0-9]+)?(?:-[0-9]+)?|preview-([0-9]+\.[0-9]+\.[0-9]+)(?:-[0-9]+)?)$`)
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
		return Version{}, problem.StateVersionForm.With(problem.Shown(text))
	}
	for i, digits := range parts[1:] {
		if len(digits) > 1 && digits[0] == '0' {
			return Version{}, problem.StateVersionForm.With(problem.Shown(text))
		}
		v.number[i], _ = strconv.Atoi(digits) // the form has digits only; the patch may be absent
	}
	if !v.edge && parts[3] == "" {
		v.number[2] = newestPatch
	}
	if !v.known() {
		return Version{}, problem.StateVersionUnknown.With(text, fmt.Sprintf("2.10 to 2.%d, edge-21.2.4 and later",
			Table[len(Table)-1].NewestMinor))
	}
	return v, nil
}

// known reports whether the charts of v were read.
func (v Version) known() bool {
	_, found := v.row()
	if v.edge {
		month := v.number[1] >= 1 && v.number[1] <= 12
		return found && month && v.number[2] >= 1
	}
	return found && v.number[0] == 2 && v.number[1] <= Table[len(Table)-1].NewestMinor
}

// since reports whether the charts of v are c's or later.
func (v Version) since(c Release) bool {
	first := c.Stable
	if v.edge {
		first = c.Edge
	}
	return slices.Compare(v.number[:], first[:]) >= 0
}

// String is the text that was read.
func (v Version) String() string { return v.text }

// Traits is the row of the table of traits for v's charts.
func (v Version) Traits() Traits {
	row, _ := v.row()
	return row
}

// row is the last one that v reaches.
func (v Version) row() (row Traits, ok bool) {
	for _, t := range Table {
		if v.since(t.Since) {
			row, ok = t, true
		}
	}
	return row, ok
}

// Family says which shape the PKI objects of v's charts have.
func (v Version) Family() Family { return v.Traits().Family }

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
		return "", false
	}
	return v.Family(), true
}
