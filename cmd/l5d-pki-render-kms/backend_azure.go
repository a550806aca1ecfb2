//go:build azurekms

package main

// Azure Key Vault.
import _ "go.step.sm/crypto/kms/azurekms"
