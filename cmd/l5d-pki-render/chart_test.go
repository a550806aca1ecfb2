package main

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/chart"
)

// serveChart is cmd/l5d-pki-render-chart, for transcripts.
func serveChart() {
	if err := chart.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
