// Command l5d-pki-render renders a Linkerd PKI rotation from one state file.
package main

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/cli"
)

func main() { os.Exit(cli.Small(cli.Arguments(os.Args), cli.System())) }
