package pki_test

import (
	"fmt"
	"log"
	"os"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func readPKI(name string) []byte {
	text, err := os.ReadFile("../../fixtures/pki/" + name)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

// VerifyIssuer verifies an issuer against a trust bundle, by the rules of Linkerd's Go
// programs or by those of its proxies.
func ExampleVerifyIssuer() {
	old, err := pki.ReadBundle(readPKI("anchor-2025.crt"))
	if err != nil {
		log.Fatal(err)
	}
	both, err := pki.ReadBundle(append(readPKI("anchor-2025.crt"), readPKI("anchor-2026.crt")...))
	if err != nil {
		log.Fatal(err)
	}
	issuer, err := pki.ReadChain(readPKI("issuer-2026-1.crt"))
	if err != nil {
		log.Fatal(err)
	}
	at := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	for _, rules := range []pki.Rules{pki.GoRules, pki.WebpkiRules} {
		fmt.Printf("%v: the old bundle: %v; both anchors: %v\n", rules, problem.Of(pki.VerifyIssuer(old, issuer, rules, at))[0].Code, pki.VerifyIssuer(both, issuer, rules, at))
	}
	// Output:
	// Go: the old bundle: pki-unknown-issuer; both anchors: <nil>
	// webpki: the old bundle: pki-unknown-issuer; both anchors: <nil>
}

// LintBundle finds what a proxy, identity or Linkerd's own check would refuse, now or soon.
func ExampleLintBundle() {
	bundle, err := pki.ReadBundle(append(readPKI("anchor-2025.crt"), readPKI("anchor-2026.crt")...))
	if err != nil {
		log.Fatal(err)
	}
	id := pki.Identity{Namespace: "linkerd", TrustDomain: "cluster.local"}
	for _, year := range []int{2030, 2040} {
		for _, f := range pki.LintBundle(bundle, id, time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)) {
			fmt.Println(year, f.Severity, f.Code)
		}
	}
	// Output:
	// 2040 error pki-lint-anchor-expired
	// 2040 error pki-lint-anchor-expired
}
