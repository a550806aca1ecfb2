package kustomize

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
)

// Serve builds what a request asks for. It takes the PATH from this process:
// kustomize would find git there, and a build needs no program.
func Serve(k exchange.Kustomization) (exchange.Built, error) {
	if err := os.Setenv("PATH", ""); err != nil {
		return exchange.Built{}, err
	}
	return Build(k.Dir, Options{Unrestricted: k.Unrestricted, Within: k.Within})
}
