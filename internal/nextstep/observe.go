package nextstep

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// observed is the file that an observation goes to: the one that the user named, so that
// it lies where the others do. Those in a directory evidence are kept, since waits are
// counted from them (docs/evidence.md). While one is counted, every file of the user
// is kept.
func (f Facts) observed() string {
	if f.counts() {
		for i, file := 2, "observation.yaml"; ; i++ {
			if !slices.Contains(f.Evidence, file) {
				return file
			}
			file = fmt.Sprintf("observation-%d.yaml", i)
		}
	}
	for _, file := range f.Evidence {
		if filepath.Base(filepath.Dir(file)) != "evidence" {
			return file
		}
	}
	return "observation.yaml"
}

// counts reports whether the next phase waits for a time that is counted from an
// observation.
func (f Facts) counts() bool {
	next, ok := f.State.Next()
	return ok && slices.Contains(next.Needs, state.LeavesRenewed)
}

// observeNext is the observation that the next phase asks for.
func (f Facts) observeNext() string {
	command := f.observe()
	next, _ := f.State.Next()
	for _, need := range next.Needs {
		if flag := f.sight(rotation.NeedResult{Need: need}); !strings.Contains(command, flag) {
			command += flag
		}
	}
	return command
}

func (f Facts) observe() string {
	return f.command("observe") + " --to " + delivery.Quoted(f.observed())
}

// sight is the flag by which an observation shows what a plain one does not
// (docs/observe.md): without it the same command would be the next step forever.
func (f Facts) sight(n rotation.NeedResult) string {
	switch n.Need {
	case rotation.IssuerLoaded, rotation.LeavesRenewed:
		v, err := linkerd.ParseVersion(f.State.Spec.Linkerd.Version)
		r := f.State.Status.Rotation
		if err == nil && !v.HasIssuerMetric() || r != nil && r.Strategy == state.StrategyCrossSign {
			return " --certify"
		}
	case rotation.WebhookCertServed:
		return " --dial 1"
	case rotation.RetiredGone:
		// Pods that still hold the anchor have to restart; else it is their chains that were not seen.
		if seen := len(f.Evidence) > 0 || f.Observe != ""; seen && len(n.Holders) == 0 && strings.Contains(strings.Join(n.Missing, ""), "the chain of") {
			return " --dial all"
		}
	default: // a plain one shows it
	}
	return ""
}
