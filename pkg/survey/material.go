package survey

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// material is what one state file delivers, as fingerprints in their order.
type material struct {
	bundle, issuer []string
	webhooks       map[string][]string // fingerprints of caBundles, by values key
	version        linkerd.Version
	versionText    string
	linkerd        state.Linkerd
	leaf           state.Leaf
}

func materialOf(r *state.Rotation) material {
	full := r.WithDefaults()
	m := material{webhooks: map[string][]string{}, linkerd: full.Spec.Linkerd, leaf: full.Spec.Leaf, versionText: full.Spec.Linkerd.Version}
	m.version, _ = linkerd.ParseVersion(m.versionText) // a valid state has a valid version
	for _, a := range full.Bundle() {
		m.bundle = append(m.bundle, fingerprints(a.Certificate)...)
	}
	m.issuer = fingerprints(full.Issuing().Certificate)
	for key, w := range full.Status.Webhooks {
		m.webhooks[key] = fingerprints(w.CABundle)
	}
	return m
}

// fingerprints are those of the certificates in a text.
func fingerprints(text string) []string {
	var found []string
	for rest := []byte(text); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return found
		}
		if block.Type == "CERTIFICATE" {
			sum := sha256.Sum256(block.Bytes)
			found = append(found, hex.EncodeToString(sum[:]))
		}
	}
}

// described is a text of certificates in words, by the beginnings of their
// fingerprints.
func described(fingerprints []string) string {
	short := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		short[i] = f[:12]
	}
	switch len(short) {
	case 0:
		return "no certificate"
	case 1:
		return "certificate " + short[0]
	}
	return strconv.Itoa(len(short)) + " certificates (" + strings.Join(short, ", ") + ")"
}

// isPlaceholder reports whether someone else fills in the text later: a Helm or
// ApplicationSet template, or Flux' variable substitution.
func isPlaceholder(text string) bool {
	return strings.Contains(text, "{{") || strings.Contains(text, "${")
}

// foundBundle is a trust bundle at some place. place names one that takes
// precedence over values files; it is "" for a values file or an object.
type foundBundle struct {
	at    spot
	place string
	text  string
	// file of the repository that has the text.
	file string
	// elsewhere names where the text stands, if it cannot be seen here.
	elsewhere string
}

// read takes the text from the file that has it; one that the repository does not
// hold is made by something else.
func (b foundBundle) read(pems map[string]string) foundBundle {
	if text := pems[b.file]; text != "" {
		b.text, b.elsewhere = text, ""
	}
	return b
}

// judgeBundles compares every bundle with the state's. One that another state
// file of the repository delivers is that mesh's business.
func (s *Survey) judgeBundles() {
	for _, b := range s.bundles {
		b = b.read(s.pems)
		have := fingerprints(b.text)
		same := slices.Equal(have, s.want.bundle)
		for _, other := range s.others {
			same = same || slices.Equal(have, other.bundle)
		}
		holds := described(have)
		severity := pki.Error
		switch {
		case b.elsewhere != "":
			holds, same = "what "+b.elsewhere+" says", true
		case isPlaceholder(b.text):
			holds, same = "a placeholder", true
		}
		if same {
			severity = pki.Warning
		}
		switch {
		case b.place != "":
			s.say(b.at, severity, problem.SurveyShadowedBundle, b.place, holds, described(s.want.bundle))
		case !same && strings.TrimSpace(b.text) != "":
			s.say(b.at, severity, problem.SurveyOtherBundle, holds, described(s.want.bundle))
		}
	}
}

// foundIssuer is an issuer's certificate or key in values.
type foundIssuer struct {
	at    spot
	place string // as of foundBundle
	field string // crtPEM or keyPEM
	text  string // of crtPEM only; "" if it cannot be seen here
}

func (s *Survey) judgeIssuers() {
	for _, i := range s.issuers {
		have := fingerprints(i.text)
		same := i.text == "" || isPlaceholder(i.text) || slices.Equal(have, s.want.issuer)
		for _, other := range s.others {
			same = same || slices.Equal(have, other.issuer)
		}
		if i.place != "" {
			s.say(i.at, pki.Warning, problem.SurveyShadowedIssuer, i.field, i.place)
		}
		if !same && strings.TrimSpace(i.text) != "" {
			s.say(i.at, pki.Error, problem.SurveyOtherIssuer, described(have), described(s.want.issuer))
		}
	}
}
