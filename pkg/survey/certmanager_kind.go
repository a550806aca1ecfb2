package survey

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// policySecret is the one webhook Secret that a Rust program reads.
const policySecret = linkerd.PolicySecret

// judgeKind judges what a Certificate makes. A patch, which leaves issuerRef to
// its base, is not judged.
func (s *Survey) judgeKind(c certificate) {
	spec := c.get("spec")
	if !spec.get("issuerRef").there() {
		return
	}
	key := spec.get("privateKey")
	switch c.secret {
	case issuerSecret:
		s.judgeIssuerKind(c, spec, key)
	case policySecret:
		if key.get("algorithm").value() == "ECDSA" && key.get("encoding").value() != "PKCS8" {
			key.say(pki.Error, problem.SurveyPolicyKeyForm)
		}
	}
}

// judgeIssuerKind: identity takes an authority with a P-256 key only (linkerd2,
// pkg/issuercerts); cert-manager's defaults are a leaf and RSA.
func (s *Survey) judgeIssuerKind(c certificate, spec, key cursor) {
	if !c.isCA {
		spec.get("isCA").say(pki.Error, problem.SurveyIssuerLeaf)
	}
	algorithm, size := key.get("algorithm"), key.get("size")
	made := algorithm.value()
	if made == "" {
		made = "RSA"
	}
	if made == "ECDSA" && size.value() != "" {
		made += " " + size.value()
	}
	if made != "ECDSA" && made != "ECDSA 256" && !isPlaceholder(made) {
		algorithm.say(pki.Error, problem.SurveyIssuerKey, made)
	}
	var usages []string
	for _, usage := range spec.get("usages").items() {
		usages = append(usages, usage.value())
	}
	if server, client := slices.Contains(usages, "server auth"), slices.Contains(usages, "client auth"); server != client {
		missing := map[bool]string{true: "client auth", false: "server auth"}[server]
		spec.get("usages").say(pki.Error, problem.SurveyIssuerUsage, missing)
	}
}
