// Command l5d-pki-render-full is l5d-pki-render with every command. That one starts it
// for the commands that it does not have itself, so that hosts start a small program.
package main

import (
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/cli"
)

func main() { os.Exit(cli.Main(cli.Arguments(os.Args), cli.System())) }
