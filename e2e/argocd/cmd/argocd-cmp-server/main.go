// Command argocd-cmp-server is Argo CD's own plugin server, as its image runs it.
package main

import (
	"fmt"
	"os"

	server "github.com/argoproj/argo-cd/v3/cmd/argocd-cmp-server/commands"
)

func main() {
	if err := server.NewCommand().Execute(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
