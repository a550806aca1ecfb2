//go:build yubikey && cgo

package main

// A YubiKey's PIV application. Needs cgo (and libpcsclite on Linux).
import _ "go.step.sm/crypto/kms/yubikey"
