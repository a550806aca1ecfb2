//go:build cloudkms

package main

// Google Cloud KMS.
import _ "go.step.sm/crypto/kms/cloudkms"
