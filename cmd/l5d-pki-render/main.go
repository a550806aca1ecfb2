// Command l5d-pki-render renders a Linkerd PKI rotation from one state file.
package main

import (
	"crypto/rand"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/cli"
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.World{
		Stdin:  os.Stdin,
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		Getenv: os.Getenv,
		Now:    time.Now,
		Random: rand.Reader,
	}))
}
