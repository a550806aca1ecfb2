// Package engines holds the tests that compare what `chart --engine` renders with
// `helm template` of the real Helm 3 and Helm 4, byte for byte.
package engines
