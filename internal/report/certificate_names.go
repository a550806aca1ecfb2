package report

import (
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

var (
	// pemText is one PEM block (RFC 7468) in whatever YAML or JSON makes of its
	// line ends; one that is not closed reaches to the last character of base64.
	pemText = lazy.New(`-----BEGIN ([A-Z0-9 ]+)-----((?:\\[nr]|[A-Za-z0-9+/=\s])*)(?:-----END [A-Z0-9 ]+-----)?`)
	// base64Text is long enough for a PEM block in base64.
	base64Text = lazy.New(`[A-Za-z0-9+/]{64,}={0,2}`)
	// lineEnds inside of a block: real ones with indentation, and escaped ones.
	lineEnds = lazy.New(`\\[nr]|\s+`)
)

// WithoutPEM writes certificates as one readable line each, in clear or in base64,
// so that a difference shows who came and who went. Other PEM blocks are named
// by their type only. No body is left, and no private key in another form.
func WithoutPEM(text string) string {
	text = pemText.Regexp().ReplaceAllStringFunc(text, func(block string) string {
		parts := pemText.FindStringSubmatch(block)
		named := nameBlock(parts[1], parts[2])
		if !strings.Contains(block, "-----END ") {
			named += block[len(strings.TrimRight(block, " \t\r\n")):]
		}
		return named
	})
	text = base64Text.Regexp().ReplaceAllStringFunc(text, func(word string) string {
		plain, err := base64.StdEncoding.DecodeString(word)
		if err != nil || !strings.Contains(string(plain), "-----BEGIN ") {
			return word
		}
		var names []string
		for _, parts := range pemText.Regexp().FindAllStringSubmatch(string(plain), -1) {
			names = append(names, nameBlock(parts[1], parts[2]))
		}
		return strings.Join(names, " ")
	})
	return secret.Cut(text)
}

// nameBlock is "[certificate CN, FINGERPRINT16, until INSTANT]", or the type.
func nameBlock(kind, body string) string {
	if kind != "CERTIFICATE" {
		return "[" + strings.ToLower(kind) + "]"
	}
	der, err := base64.StdEncoding.DecodeString(lineEnds.ReplaceAllString(body, ""))
	if err != nil {
		return "[damaged certificate]"
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return "[damaged certificate]"
	}
	name := cert.Subject.CommonName
	if name == "" {
		name = cert.Subject.String()
	}
	return fmt.Sprintf("[certificate %s, %s, until %s]", sink.OneLine(name), pki.Certificate{Certificate: cert}.Fingerprint()[:16],
		cert.NotAfter.UTC().Format(time.RFC3339))
}
