package render_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// PostRender makes a stream of manifests carry the PKI of the state's phase. A stream
// that has it already comes out as it went in.
func ExamplePostRender() {
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
	out, err := render.PostRender(render.Input{State: s, Stream: read("input.yaml"), Apart: render.Apart{}, SecretsApart: true})
	if err != nil {
		log.Fatal(err)
	}
	again, err := render.PostRender(render.Input{State: s, Stream: out.Stream, Apart: render.Apart{}, SecretsApart: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Report.Documents, "documents; the same once more:", bytes.Equal(out.Stream, again.Stream))
	// Output:
	// 18 documents; the same once more: true
}
