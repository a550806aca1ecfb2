package observe

import "fmt"

// Whoever may create pods writes their bundles and chains, so they are bounded: one by
// what a process can be given in a variable (MAX_ARG_STRLEN of Linux, 32 pages), all
// different ones together by half of what is read of an observation's certificates (1 MiB).
const (
	maxBundle  = 128 << 10
	maxBrought = 512 << 10
)

// brought returns the fingerprints of what a pod has (PEM), nil where it
// cannot be read or is left out.
func (b *builder) brought(pem string) []string {
	if _, done := b.read[pem]; !done {
		if b.leftOut(pem) != "" {
			return nil
		}
		b.fromPods += len(pem)
	}
	return b.fingerprints(pem)
}

// leftOut says why what a pod has is not read; "" if it is.
func (b *builder) leftOut(pem string) string {
	_, done := b.read[pem]
	switch {
	case done:
		return ""
	case len(pem) > maxBundle:
		return fmt.Sprintf("it has %d bytes, more than the %d that are read of one pod", len(pem), maxBundle)
	case b.fromPods+len(pem) > maxBrought:
		return fmt.Sprintf("what other pods have is %d bytes of certificates, and at most %d are read", b.fromPods, maxBrought)
	}
	return ""
}
