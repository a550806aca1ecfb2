package rotation_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Advance enters the next phase, if the evidence opens its gate.
func ExampleAdvance() {
	const file = "../../fixtures/rotation/bundle/anchor-added.yaml"
	text, err := os.ReadFile(file)
	if err != nil {
		log.Fatal(err)
	}
	s, err := state.Parse(file, text)
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2026, 6, 2, 0, 0, 0, 0, time.UTC)

	_, err = rotation.Advance(s, rotation.Options{}, rotation.Evidence{}, at)
	fmt.Println("without evidence:", problem.Of(err)[0].Code)

	vouched := rotation.Evidence{Assumptions: []rotation.Assumption{{Code: "BUNDLE-DELIVERED", Because: "checked every mount"}}}
	m, err := rotation.Advance(s, rotation.Options{}, vouched, at)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("with it: from %s to %s; safe: %v; pods restart: %v\n", m.From, m.To, m.Verdict.Safe, m.Wave)
	// Output:
	// without evidence: rotation-unmet
	// with it: from anchor-added to anchor-spread; safe: true; pods restart: true
}
