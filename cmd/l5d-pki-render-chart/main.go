// Command l5d-pki-render-chart renders a Helm chart for `l5d-pki-render chart`:
// one request on stdin, one reply on stdout. Helm's libraries are linked here
// and nowhere else, so that l5d-pki-render starts fast.
package main

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/chart"
	"github.com/l5d-pki/l5d-pki-render/internal/child"
)

func main() {
	child.Limit(child.ChartMemory, child.ChartSeconds)
	if err := chart.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "l5d-pki-render-chart: error: %v\n", err)
		os.Exit(1)
	}
}
