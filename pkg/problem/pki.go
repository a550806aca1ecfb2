package problem

// What pkg/pki says of PEM and of keys; pki_verify.go and pki_lint.go have the rest.
// A private key's text is never an argument: places in it are byte offsets.

// Reading PEM. Block numbers count from 1, byte offsets from 0.
var (
	PKITooLarge = Sentence{
		Code:    "pki-too-large",
		Text:    "the PEM input has %d bytes; at most %d are read",
		Hint:    "give the file that holds only the certificates",
		Explain: "A trust bundle lives in a ConfigMap, which Kubernetes limits to 1 MiB, so a longer input cannot be delivered anyway.",
	}
	PKIEmpty = Sentence{
		Code:    "pki-empty",
		Text:    "the PEM input is empty",
		Hint:    "put at least one PEM block there",
		Explain: "Only blank lines or comments were found. An empty trust bundle would stop linkerd-identity and every proxy at its start, so it is never a bundle.",
	}
	PKINoBlock = Sentence{
		Code:    "pki-no-block",
		Text:    "no PEM block in %d bytes",
		Hint:    "give PEM text that begins with -----BEGIN; text that begins with LS0tLS1 must be base64-decoded first",
		Explain: "The input has text but no -----BEGIN line. Values copied out of a Secret are base64 of PEM: decode them once (base64 -d).",
	}
	PKINotPEM = Sentence{
		Code:    "pki-not-pem",
		Text:    "the input is binary DER, not PEM",
		Hint:    "convert it: a certificate with `openssl x509 -inform der -in FILE -out FILE.pem`, a key with `openssl pkey -inform der -in FILE -out FILE.pem`, PKCS #12 with `openssl pkcs12 -noenc -in FILE -out FILE.pem`",
		Explain: "Kubernetes and Linkerd carry PEM text. The input begins with the bytes of a binary certificate or key.",
	}
	PKIByteOrderMark = Sentence{
		Code:    "pki-byte-order-mark",
		Text:    "the PEM input begins with a %s byte order mark",
		Hint:    "save the file again as plain ASCII, without a byte order mark",
		Explain: "Editors and PowerShell redirections on Windows write such marks. Go's PEM reader then misses the first block without a word.",
	}
	PKINotASCII = Sentence{
		Code:    "pki-not-ascii",
		Text:    "a character that is not plain ASCII is at byte %d",
		Hint:    "copy the PEM text again from its source; word processors replace dashes and spaces",
		Explain: "PEM (RFC 7468) is ASCII. Non-ASCII text is accepted only in # comment lines, as valid UTF-8 without control characters.",
	}
	PKITextOutside = Sentence{
		Code:    "pki-text-outside",
		Text:    "text at byte %d is outside the blocks",
		Hint:    "remove it, or begin the line with #",
		Explain: "Every byte of a PEM file is accounted for: blocks, blank lines, and # comments before a block. Other text is often the rest of a damaged block.",
	}
	PKITrailingText = Sentence{
		Code:    "pki-trailing-text",
		Text:    "text at byte %d follows the last block",
		Hint:    "remove it, comments included; comments go before a block",
		Explain: "Linkerd's parser (pkg/tls/codec.go) fails with \"not a PEM certificate\" when anything follows the last block, and linkerd-identity then does not start.",
	}
	PKIIndented = Sentence{
		Code:    "pki-indented",
		Text:    "block %d of %d is indented at byte %d",
		Hint:    "remove the white space at the beginning of its lines; in YAML use a | block, whose indentation is not part of the value",
		Explain: "Go's PEM reader does not see an indented block at all, so the certificate would vanish without an error.",
	}
	PKIGlued = Sentence{
		Code:    "pki-glued",
		Text:    "block %d of %d begins on the line on which the block before it ends, at byte %d",
		Hint:    "put a line break between -----END and -----BEGIN",
		Explain: "This is what `cat` makes of two files when the first lacks its final newline. Linkerd's parser then finds no certificate at all.",
	}
	PKITruncated = Sentence{
		Code:    "pki-truncated",
		Text:    "block %d of %d begins at byte %d and has no END line",
		Hint:    "copy the whole block again",
		Explain: "The block stops before its -----END line: at the end of the input, or because another block begins.",
	}
	PKIDamagedBlock = Sentence{
		Code:    "pki-damaged-block",
		Text:    "block %d of %d is damaged at byte %d",
		Hint:    "export the file again; damaged blocks are never skipped",
		Explain: "A marker line, the base64 text or its padding is wrong at that byte. Go's PEM reader skips such a block silently, which would drop a trust anchor without an error.",
	}
	PKIHeaders = Sentence{
		Code:    "pki-headers",
		Text:    "block %d of %d carries PEM headers at byte %d",
		Hint:    "remove the \"Name: value\" lines, or export the block without them",
		Explain: "Headers such as \"Bag Attributes\" or \"Proc-Type\" have no place in a trust bundle; proxies and Go read them differently.",
	}
	PKIForeignBlock = Sentence{
		Code:    "pki-foreign-block",
		Text:    "block %d of %d is a %q, not a CERTIFICATE",
		Hint:    "keep only CERTIFICATE blocks; `openssl x509 -in FILE -out FILE.pem` rewrites TRUSTED CERTIFICATE and X509 CERTIFICATE, `openssl pkcs7 -print_certs -in FILE -out FILE.pem` PKCS7",
		Explain: "At a block of another type Linkerd's parser stops silently and drops every certificate after it, while proxies read on: the two would trust different anchors.",
	}
	PKIPrivateKeyAmong = Sentence{
		Code:    "pki-private-key-among-certificates",
		Text:    "block %d of %d is a private key among certificates",
		Hint:    "remove the key from this file; if the file was shared or committed, replace the key",
		Explain: "Bundles and chains are public and end up in ConfigMaps, pods and Git. A private key among them would be published.",
	}
	PKINotCertificate = Sentence{
		Code:    "pki-not-a-certificate",
		Text:    "block %d of %d holds no X.509 certificate",
		Hint:    "export the certificate again, or restore the file from Git",
		Explain: "The base64 text is intact, but what it holds is no well-formed X.509 certificate (RFC 5280), or more follows it inside the block.",
	}
	PKIKeyTooLarge = Sentence{
		Code:    "pki-key-too-large",
		Text:    "block %d of %d has an RSA key of %d bits, more than %d",
		Hint:    "make the certificate with ECDSA P-256, or with RSA of 2048 or 4096 bits",
		Explain: "Verifying a signature by such a key takes minutes to hours, so nothing is verified with it. Linkerd takes RSA of 2048 and 4096 bits for trust anchors only.",
	}
	PKIDuplicate = Sentence{
		Code:    "pki-duplicate",
		Text:    "certificates %d and %d are the same (%s)",
		Hint:    "remove one of them",
		Explain: "Linkerd does not remove doubles; `linkerd multicluster check` compares the number of anchors and would fail.",
	}
	PKIAnchorNotSelfSigned = Sentence{
		Code:    "pki-anchor-not-self-signed",
		Text:    "certificate %d (%s) is not a trust anchor: it was issued by %q, not by its own key",
		Hint:    "put the self-signed anchor into the bundle; issuers and cross certificates belong to the issuer's chain",
		Explain: "Go and the proxies take any certificate in a bundle as a root. An intermediate there becomes a root of its own that the real anchor's removal does not take away.",
	}
	PKIAnchorUncheckable = Sentence{
		Code:    "pki-anchor-uncheckable",
		Text:    "certificate %d (%s) cannot be checked: it is signed with %s",
		Hint:    "use an anchor with an ECDSA P-256 key, or RSA 2048 or 4096 with SHA-256",
		Explain: "Neither Go nor the proxies verify this signature algorithm, and `linkerd check` refuses such an anchor.",
	}
	PKINoCertificates = Sentence{
		Code:    "pki-no-certificates",
		Text:    "a trust bundle needs at least one certificate",
		Hint:    "add a trust anchor",
		Explain: "With an empty bundle linkerd-identity and the proxies do not start.",
	}
)

// Keys. No argument ever comes from a key's bytes.
var (
	PKIKeyBlocks = Sentence{
		Code:    "pki-key-blocks",
		Text:    "a private key file must hold exactly one block, found %d",
		Hint:    "keep only the private key's block; for \"EC PARAMETERS\" run openssl ecparam with -noout",
		Explain: "Linkerd reads the first block of the file and nothing else, so a block in front of the key hides it.",
	}
	PKIKeySurrounded = Sentence{
		Code:    "pki-key-surrounded",
		Text:    "text is outside the private key's block at byte %d",
		Hint:    "keep only the block, from -----BEGIN to -----END",
		Explain: "The key goes into a Secret as it is. Comments would go with it.",
	}
	PKIKeyForeign = Sentence{
		Code:    "pki-key-foreign",
		Text:    "block %d of %d is a %q, not a private key",
		Hint:    "give the private key that belongs to the certificate",
		Explain: "Private keys are in blocks of the type PRIVATE KEY (PKCS #8), EC PRIVATE KEY (SEC 1) or RSA PRIVATE KEY (PKCS #1).",
	}
	PKIKeyEncrypted = Sentence{
		Code:    "pki-key-encrypted",
		Text:    "the private key is protected by a passphrase",
		Hint:    "decrypt it where only you can read it (openssl pkey -in FILE), and let the custody encrypt it",
		Explain: "Linkerd has nowhere to enter a passphrase. Keys at rest are protected by the custody that the state file names.",
	}
	PKIKeyMalformed = Sentence{
		Code:    "pki-key-malformed",
		Text:    "the block %q holds no such key",
		Hint:    "export the key again",
		Explain: "The base64 text is intact, but what it holds is not a private key of the form that the block's type announces. It is not shown.",
	}
	PKIKeyUnsupported = Sentence{
		Code:    "pki-key-unsupported",
		Text:    "private keys of this kind cannot sign certificates for Linkerd",
		Hint:    "use an ECDSA P-256 key (step certificate create --kty EC --curve P-256)",
		Explain: "Read are ECDSA, RSA and Ed25519 keys; Linkerd itself takes ECDSA P-256 for issuers.",
	}
)
