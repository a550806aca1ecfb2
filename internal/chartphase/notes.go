package chartphase

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
)

// Complete gives a request what the environment says, where nothing else does; the
// chart is rendered twice, to see whether it renders the same.
func Complete(request *exchange.Request, getenv func(string) string) {
	if request.Access.RegistryConfig == "" {
		request.Access.RegistryConfig = getenv("HELM_REGISTRY_CONFIG")
	}
	if request.CacheDir == "" {
		request.CacheDir = defaultCache(getenv)
	}
	if files.IsDir(request.Chart) {
		request.Within = files.BoundaryOf(request.Chart)
	}
	request.Times = 2
}

// defaultCache is below the user's cache directory; without a home there is none.
func defaultCache(getenv func(string) string) string {
	base := getenv("XDG_CACHE_HOME")
	if home := getenv("HOME"); base == "" && home != "" {
		base = filepath.Join(home, ".cache")
	}
	if base == "" {
		return ""
	}
	return filepath.Join(base, "l5d-pki-render", "charts")
}

// Notes say what a reader of the output has to know.
func (p *Phase) Notes(request exchange.Request, answer exchange.Answer, statePath string) (notes []string) {
	if _, err := os.Stat(request.Chart); err != nil && request.Digest == "" {
		notes = append(notes, fmt.Sprintf("chart %s %s came over the network; lock it with --digest %s", answer.Name, answer.Version, answer.Digest))
	}
	if len(p.LeftOut) > 0 {
		notes = append(notes, "left out, since they hold private keys: "+strings.Join(p.LeftOut, ", "))
	}
	if p.Apart && len(answer.Fed) > 0 {
		notes = append(notes, delivery.BesideChart(p.state, statePath, false))
	}
	if p.withKeys {
		notes = append(notes, "this output holds private keys: feed it to a live host, never commit it")
	}
	return notes
}
