package rotation

import (
	"crypto/x509"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// goLeaf tells whether Go would verify a leaf of the issuer c[0]. Go counts
// every certificate between leaf and anchor against a path length, self-issued
// ones and the anchor's own limit included (crypto/x509 isValid: TooManyIntermediates);
// from the issuer's own point of view the count is one less, so it is taken here.
func goLeaf(b pki.Bundle, c pki.Chain, meshes []pki.Identity, at time.Time) error {
	roots, intermediates := x509.NewCertPool(), x509.NewCertPool()
	for _, a := range b.Certificates() {
		roots.AddCert(a.Certificate)
	}
	for _, i := range c[1:] {
		intermediates.AddCert(i.Certificate)
	}
	paths, err := c[0].Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: intermediates, CurrentTime: at, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny},
	})
	if err != nil {
		return problem.RotationGoLeaf.With(c[0].Subject.CommonName, err).Because(err)
	}
	if c[0].KeyUsage != 0 && c[0].KeyUsage&x509.KeyUsageCertSign == 0 {
		return problem.RotationGoLeaf.With(c[0].Subject.CommonName, "its key usage does not let it sign certificates")
	}
	why := "too many intermediates for path length constraint"
	for _, path := range paths {
		if !leafFits(path) {
			continue
		}
		words := excluded(path, meshes)
		if words == "" {
			return nil
		}
		why = words
	}
	return problem.RotationGoLeaf.With(c[0].Subject.CommonName, why)
}

// leafFits checks each path length as a leaf below path[0] sees it: path[i] has
// i certificates between itself and the leaf.
func leafFits(path []*x509.Certificate) bool {
	for i, c := range path {
		if limit, set := (pki.Certificate{Certificate: c}).PathLen(); set && i > limit {
			return false
		}
	}
	return true
}

// excluded says which leaves the name constraints of a path exclude, "" if none.
func excluded(path []*x509.Certificate, meshes []pki.Identity) string {
	for _, c := range path {
		for _, mesh := range meshes {
			if words := (pki.Certificate{Certificate: c}).ExcludesLeaves(mesh, pki.GoRules); words != "" {
				return "name constraints of " + c.Subject.CommonName + " exclude " + words
			}
		}
	}
	return ""
}
