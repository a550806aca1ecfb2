// Command l5d-pki-render-cluster reads a live cluster for `l5d-pki-render
// observe`: one request on stdin, one observation on stdout, progress on stderr.
// The client of Kubernetes is linked here and nowhere else, so that
// l5d-pki-render starts fast.
package main

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/observe/client"
)

func main() {
	if err := client.Serve(os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintf(os.Stderr, "l5d-pki-render-cluster: error: %v\n", err)
		os.Exit(1)
	}
}
