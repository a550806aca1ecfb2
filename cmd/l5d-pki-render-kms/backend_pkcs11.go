//go:build pkcs11 && cgo

package main

// PKCS #11: HSMs, YubiHSM, SoftHSM. Needs cgo.
import _ "go.step.sm/crypto/kms/pkcs11"
