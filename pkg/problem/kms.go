package problem

// What internal/kms says of signing keys that live elsewhere.
var (
	KMSProgram = Sentence{
		Code:    "kms-program",
		Text:    "the program %q, which signs with keys that live elsewhere, could not be run: %v",
		Hint:    "`make kms` builds it; it is found beside l5d-pki-render, in the PATH, or where L5D_PKI_KMS_PROGRAM says",
		Explain: "Clients of HSMs, TPMs and cloud KMSs are larger than all of the tool, so they live in a program of their own, l5d-pki-render-kms, which only --signer and --anchor-signer run. Nothing was written.",
	}
	KMSMissing = Sentence{
		Code:    "kms-missing",
		Text:    "this build of l5d-pki-render-kms has no back end for %q keys",
		Explain: "Every build signs with key files (softkms) and ssh agents (sshagentkms). The other back ends are build tags named like the scheme of their URIs: pkcs11 and yubikey (both need cgo), tpmkms, awskms, azurekms, cloudkms.",
	}
	KMSFailed = Sentence{
		Code:    "kms-failed",
		Text:    "the key %q could not be used: %s",
		Hint:    "check the URI, that the device or service is reachable, and that you may sign with the key",
		Explain: "The back end that holds the key refused or was not found; its own words are quoted, without the PIN. Nothing was written.",
	}
	KMSAnswer = Sentence{
		Code:    "kms-answer",
		Text:    "the program that signs with the key %q gave no usable %s",
		Hint:    "check that L5D_PKI_KMS_PROGRAM names l5d-pki-render-kms of the same release",
		Explain: "The program answers one JSON request with one JSON reply. What came back is not one. Nothing was written.",
	}
	KMSTwoKeys = Sentence{
		Code:    "kms-two-keys",
		Text:    "--%s and --%s both name the same key",
		Hint:    "give one of them",
		Explain: "A key is either a file or lives elsewhere.",
	}
	CLIRequestAnswer = Sentence{
		Code:    "cli-request-answer",
		Text:    "--csr names the request that --signed answers, and --signed is not given",
		Hint:    "add --signed FILE with the certificate that came back",
		Explain: "Where the issuer's key is not at hand, the request replaces it: the certificate that came back must have the request's key and name, and be a CA's.",
	}
)
