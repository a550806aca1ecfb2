package main

// Back ends of every build: key files and ssh agents. The others are chosen by
// build tags that are named like the scheme of their URIs: pkcs11, yubikey,
// tpmkms, awskms, azurekms, cloudkms (`make kms KMS_TAGS="pkcs11 tpmkms"`).
import (
	_ "go.step.sm/crypto/kms/softkms"
	_ "go.step.sm/crypto/kms/sshagentkms"
)
