// Command l5d-pki-render-chart renders a Helm chart, or builds a kustomization,
// for l5d-pki-render: one request on stdin, one reply on stdout. The libraries of
// Helm and kustomize are linked here and nowhere else, so that l5d-pki-render
// starts fast, and so that what they make of a repository that nobody reviewed
// yet is bounded.
package main

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/chart"
	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/kustomize"
)

func main() {
	child.Limit(child.ChartMemory, child.ChartSeconds)
	if err := chart.Serve(os.Stdin, os.Stdout, kustomize.Serve); err != nil {
		fmt.Fprintf(os.Stderr, "l5d-pki-render-chart: error: %v\n", err)
		os.Exit(1)
	}
}
