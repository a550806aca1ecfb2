// Command l5d-pki-render-forge calls a forge for `l5d-pki-render pr`: requests
// on stdin, a reply for each on stdout. The forges' client libraries are
// linked here and nowhere else, so that l5d-pki-render starts fast.
package main

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/forge/client"
)

func main() {
	if err := client.Serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "l5d-pki-render-forge: error: %v\n", err)
		os.Exit(1)
	}
}
