// Command l5d-pki-render renders a Linkerd PKI rotation from one state file.
package main

import (
	"crypto/rand"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/cli"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

func main() { os.Exit(cli.Main(cli.Arguments(os.Args), world())) }

// world is everything outside of the process.
func world() cli.World {
	return cli.World{
		Stdin:   os.Stdin,
		Stdout:  os.Stdout,
		Stderr:  os.Stderr,
		Getenv:  os.Getenv,
		Environ: child.Environ,
		Now:     time.Now,
		Random:  rand.Reader,
		Confine: true,

		StdoutClosed: disk.Reopened(os.Stdout),
	}
}
