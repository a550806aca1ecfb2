package text

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Branch is the name of the branch for a state: the key by which a change is
// found again.
func Branch(s *state.Rotation) string {
	return Prefix(s) + fmt.Sprintf("%d-%s", s.Status.Epoch, s.Status.Phase)
}

// Prefix begins the branches of a state.
func Prefix(s *state.Rotation) string { return "l5d-pki/" + s.Metadata.Name + "/" }

// EpochIn reads the epoch from a branch's name; ok is false for other branches.
func EpochIn(s *state.Rotation, branch string) (epoch int64, ok bool) {
	rest, ours := strings.CutPrefix(branch, Prefix(s))
	number, phase, cut := strings.Cut(rest, "-")
	epoch, err := strconv.ParseInt(number, 10, 64)
	return epoch, ours && cut && phase != "" && err == nil
}

// FleetPrefix begins the branches of a fleet; those of states begin with "l5d-pki/".
func FleetPrefix(fleet string) string { return "l5d-pki-fleet/" + fleet + "/" }

// FleetBranch names a change of a fleet: the phase, and a digest of which members go where.
func FleetBranch(fleet, phase string, members []string) string {
	return FleetPrefix(fleet) + phase + "-" + Digest([]byte(strings.Join(slices.Sorted(slices.Values(members)), "\n")))[:12]
}
