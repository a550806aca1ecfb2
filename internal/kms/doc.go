// Package kms signs with keys that live elsewhere: in an HSM, a TPM, a cloud's
// KMS, an ssh agent. It asks the program l5d-pki-render-kms, which has the
// clients: one request on its stdin, one reply on its stdout, both JSON.
// Anybody's program that answers the same way does as well.
package kms
