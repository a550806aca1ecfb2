package postrender_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/postrender"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Renderer is a post-renderer for programs that embed Helm: set it as PostRenderer of
// an action.Install or action.Upgrade.
func ExampleRenderer() {
	read := func(name string) []byte {
		text, err := os.ReadFile("../../fixtures/external-ca/" + name)
		if err != nil {
			log.Fatal(err)
		}
		return text
	}
	s, err := state.Parse("state.yaml", read("state.yaml"))
	if err != nil {
		log.Fatal(err)
	}
	r := &postrender.Renderer{State: s, Apart: render.Apart{}, SecretsApart: true}
	out, err := r.Run(bytes.NewBuffer(read("input.yaml")))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the trust roots carry the bundle:", bytes.Contains(out.Bytes(), []byte("ca-bundle.crt")))
	// Output:
	// the trust roots carry the bundle: true
}
