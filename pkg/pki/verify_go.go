package pki

import (
	"crypto/x509"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// goVerify runs crypto/x509 on c[0] with the rest as intermediates, and says in
// our own words why it refused: Go reports a wrong signer as a signature
// failure of whichever candidate it tried last, which misleads.
func goVerify(b Bundle, c Chain, options x509.VerifyOptions) error {
	options.Roots, options.Intermediates = pool(b.certs), pool(c[1:])
	_, err := c[0].Verify(options)
	if err == nil {
		return nil
	}
	p := goProblem(b, c, options, err)
	return p.Because(err)
}

func pool(certs []Certificate) *x509.CertPool {
	p := x509.NewCertPool()
	for _, c := range certs {
		p.AddCert(c.Certificate)
	}
	return p
}

// goProblem translates an error of crypto/x509.
func goProblem(b Bundle, c Chain, options x509.VerifyOptions, err error) *problem.Problem {
	subject := c[0].short()
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var critical x509.UnhandledCriticalExtension
	switch {
	case errors.As(err, &invalid):
		return goInvalid(c[0], options, invalid)
	case errors.As(err, &unknown):
		return noSigner(b, c, GoRules)
	case errors.As(err, &host):
		return problem.PKIHost.With(subject, GoRules, options.DNSName, listed(c[0].DNSNames))
	case errors.As(err, &critical):
		return problem.PKICritical.With(subject, GoRules, "a certificate on the path")
	}
	return problem.PKIRefused.With(subject, GoRules)
}

// goInvalid translates the reasons of a certificate that Go found on the path.
func goInvalid(first Certificate, options x509.VerifyOptions, err x509.CertificateInvalidError) *problem.Problem {
	subject, culprit := first.short(), Certificate{err.Cert}
	switch err.Reason {
	case x509.NotAuthorizedToSign:
		return problem.PKINotCA.With(subject, GoRules, culprit.short())
	case x509.Expired:
		return outOfDate(subject, GoRules, culprit, options.CurrentTime)
	case x509.TooManyIntermediates:
		return problem.PKIPathLength.With(subject, GoRules, culprit.short(), culprit.MaxPathLen)
	case x509.IncompatibleUsage:
		usage := x509.ExtKeyUsageServerAuth
		if len(options.KeyUsages) > 0 {
			usage = options.KeyUsages[0]
		}
		return problem.PKIUsage.With(subject, GoRules, usageNames[usage])
	case x509.CANotAuthorizedForThisName, x509.NameConstraintsWithoutSANs, x509.UnconstrainedName, x509.TooManyConstraints:
		return problem.PKINames.With(subject, GoRules, culprit.short(), "a name below it")
	}
	return problem.PKIRefused.With(subject, GoRules)
}

// outOfDate says on which side of its validity period the culprit is.
func outOfDate(subject string, r Rules, culprit Certificate, at time.Time) *problem.Problem {
	if at.Before(culprit.NotBefore) {
		return problem.PKINotYetValid.With(subject, r, culprit.short(), utc(culprit.NotBefore), utc(at))
	}
	return problem.PKIExpired.With(subject, r, culprit.short(), utc(culprit.NotAfter), utc(at))
}

// noSigner walks from c[0] towards the anchors and says at which link nobody
// signed: no certificate of that name, none with the right key, or one that may
// not sign.
func noSigner(b Bundle, c Chain, r Rules) *problem.Problem {
	subject := c[0].short()
	unused := append(b.Certificates(), c[1:]...)
	current := c[0]
	for range c {
		namesakes, signer := signersOf(current, unused)
		switch {
		case len(namesakes) == 0:
			return problem.PKIUnknownIssuer.With(subject, r, current.issuerName(), current.short(), orNone(current.AKI()), skis(b.certs))
		case signer < 0:
			return problem.PKIWrongSigner.With(subject, r, current.issuerName(), current.short(), orNone(current.AKI()), skis(namesakes))
		case r == GoRules && !maySign(unused[signer]):
			return problem.PKINotCA.With(subject, r, unused[signer].short())
		}
		current = unused[signer]
		unused = slices.Delete(unused, signer, signer+1)
	}
	return problem.PKIRefused.With(subject, r)
}

// signersOf finds the certificates that carry the name of c's issuer, and the
// index in all of the first one whose key signed c, or -1.
func signersOf(c Certificate, all []Certificate) (namesakes []Certificate, signer int) {
	signer = -1
	for i, candidate := range all {
		if !candidate.named(c) || candidate.sameDER(c) {
			continue
		}
		namesakes = append(namesakes, candidate)
		if signer < 0 && candidate.Signed(c) {
			signer = i
		}
	}
	return namesakes, signer
}

// maySign is the rule of x509.Certificate.CheckSignatureFrom: CA bit, and
// certSign where there is a key usage.
func maySign(c Certificate) bool {
	certSign := c.KeyUsage == 0 || c.KeyUsage&x509.KeyUsageCertSign != 0
	return c.IsCA && certSign
}

// skis lists subject key identifiers for a message.
func skis(certs []Certificate) string {
	ids := make([]string, len(certs))
	for i, c := range certs {
		ids[i] = orNone(c.SKI())
	}
	return listed(ids)
}

// listed joins what a message lists.
func listed(items []string) string { return orNone(strings.Join(items, ", ")) }

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
