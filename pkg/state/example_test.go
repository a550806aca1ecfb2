package state_test

import (
	"bytes"
	"fmt"
	"log"
	"os"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// A state file is parsed, changed, and written back: comments and everything that did
// not change stay as they were, byte for byte.
func Example() {
	const file = "../../fixtures/rotation/bundle/stable.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	s, err := state.Parse(file, text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: epoch %d, phase %s\n", s.Metadata.Name, s.Status.Epoch, s.Status.Phase)

	next := s.Clone()
	next.Spec.Linkerd.TrustDomain = "mesh.example"
	updated, err := state.Update(text, next)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("lines added:", bytes.Count(updated, []byte("\n"))-bytes.Count(text, []byte("\n")))
	// Output:
	// fixture: epoch 1, phase stable
	// lines added: 1
}
