//go:build tpmkms

package main

// The machine's TPM 2.0.
import _ "go.step.sm/crypto/kms/tpmkms"
