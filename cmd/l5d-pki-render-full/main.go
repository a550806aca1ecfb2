// Command l5d-pki-render-full is l5d-pki-render with every command. That one starts it
// for the commands that it does not have itself, so that hosts start a small program.
package main

import (
	"fmt"
	"os"

	"github.com/l5d-pki/l5d-pki-render/internal/cli"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/sshkey"
)

func main() {
	if len(os.Args) != 2 || os.Args[1] != exchange.Command {
		world := cli.System()
		world.SSH = sshkey.Library{}
		os.Exit(cli.Main(cli.Arguments(os.Args), world))
	}
	if err := exchange.Serve(os.Stdin, os.Stdout, sshkey.Library{}); err != nil {
		fmt.Fprintf(os.Stderr, "l5d-pki-render-full: error: %v\n", err)
		os.Exit(1)
	}
}
