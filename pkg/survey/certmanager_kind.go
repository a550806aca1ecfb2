package survey

import (
	"slices"
	"strings"

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
	if old := spec.get("keyAlgorithm"); old.there() && !key.there() {
		key = spec // as cert-manager's API had it before v1
	}
	switch {
	case c.secret == issuerSecret:
		s.judgeIssuerKind(c, spec, key)
	case s.isAnchor(c):
		if made := keyMade(key); !slices.Contains(anchorKeys, made) && !isPlaceholder(made) {
			key.say(pki.Error, problem.SurveyAnchorKey, made)
		}
	case c.secret == policySecret:
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
	if made := keyMade(key); made != "ECDSA" && made != "ECDSA 256" && !isPlaceholder(made) {
		key.get("algorithm").say(pki.Error, problem.SurveyIssuerKey, made)
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

// anchorKeys are the kinds of keys that Linkerd takes for a trust anchor
// (linkerd2, pkg/issuercerts); without a size cert-manager makes P-256 and 2048 bits.
var anchorKeys = []string{"ECDSA", "ECDSA 256", "RSA", "RSA 2048", "RSA 4096"}

// keyMade is the kind of key that a Certificate makes.
func keyMade(key cursor) string {
	made := key.get("algorithm").value()
	if old := key.get("keyAlgorithm").value(); made == "" && old != "" {
		made = strings.ToUpper(old)
	}
	if made == "" {
		made = "RSA" // cert-manager's default
	}
	for _, field := range []string{"size", "keySize"} {
		if size := key.get(field).value(); size != "" {
			made += " " + size
		}
	}
	return made
}
