// Command pairs verifies chains against bundles as the gate does, for tests in
// modules of their own. Each line of stdin is a pair in JSON, each line of stdout
// why it fails; an empty line is one that verifies.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// pair is a bundle and what is verified by it, in PEM.
type pair struct {
	Bundle string
	// Presented is a leaf and what a proxy presents behind it. Without one, Issuer is
	// what identity has loaded.
	Presented, Issuer string
}

func main() {
	in, out := json.NewDecoder(os.Stdin), bufio.NewWriter(os.Stdout)
	for {
		var p pair
		if err := in.Decode(&p); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err)
		}
		why := ""
		if err := p.verify(time.Now()); err != nil {
			why = strings.ReplaceAll(err.Error(), "\n", " ")
		}
		fmt.Fprintln(out, why)
		if err := out.Flush(); err != nil {
			log.Fatal(err)
		}
	}
}

func (p pair) verify(at time.Time) error {
	bundle, err := pki.ParseBundle([]byte(p.Bundle))
	if err != nil {
		return err
	}
	gate := rotation.NewVerifier(at)
	if p.Presented == "" {
		issuer, err := pki.ReadChain([]byte(p.Issuer))
		if err != nil {
			return err
		}
		return gate.Verify(bundle, issuer, rotation.ByIdentity)
	}
	presented, err := pki.ReadChain([]byte(p.Presented))
	if err != nil {
		return err
	}
	if err := pki.VerifyLeaf(bundle, presented, pki.WebpkiRules, at); err != nil {
		return err
	}
	return gate.Verify(bundle, presented[1:], rotation.ByProxy)
}
