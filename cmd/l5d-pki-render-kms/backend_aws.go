//go:build awskms

package main

// AWS KMS.
import _ "go.step.sm/crypto/kms/awskms"
