package problem

// What pkg/pki says: reading PEM, keys, verification, and lint (in that order).
// A private key's text is never an argument: places in it are byte offsets.

// Reading PEM. Block numbers count from 1, byte offsets from 0.
var (
	PKITooLarge = define(Sentence{
		Code:    "pki-too-large",
		Text:    "the PEM input has %d bytes; at most %d are read",
		Hint:    "give the file that holds only the certificates",
		Explain: "A trust bundle lives in a ConfigMap, which Kubernetes limits to 1 MiB, so a longer input cannot be delivered anyway.",
	})
	PKIEmpty = define(Sentence{
		Code:    "pki-empty",
		Text:    "the PEM input is empty",
		Hint:    "put at least one PEM block there",
		Explain: "Only blank lines or comments were found. An empty trust bundle would stop linkerd-identity and every proxy at its start, so it is never a bundle.",
	})
	PKINoBlock = define(Sentence{
		Code:    "pki-no-block",
		Text:    "no PEM block in %d bytes",
		Hint:    "give PEM text that begins with -----BEGIN; text that begins with LS0tLS1 must be base64-decoded first",
		Explain: "The input has text but no -----BEGIN line. Values copied out of a Secret are base64 of PEM: decode them once (base64 -d).",
	})
	PKINotPEM = define(Sentence{
		Code:    "pki-not-pem",
		Text:    "the input is binary DER, not PEM",
		Hint:    "convert it: openssl x509 -inform der -in FILE -out FILE.pem (for a key: openssl pkey -inform der …)",
		Explain: "Kubernetes and Linkerd carry PEM text. The input begins with the bytes of a binary certificate or key.",
	})
	PKIByteOrderMark = define(Sentence{
		Code:    "pki-byte-order-mark",
		Text:    "the PEM input begins with a %s byte order mark",
		Hint:    "save the file again as plain ASCII, without a byte order mark",
		Explain: "Editors and PowerShell redirections on Windows write such marks. Go's PEM reader then misses the first block without a word.",
	})
	PKINotASCII = define(Sentence{
		Code:    "pki-not-ascii",
		Text:    "a character that is not plain ASCII stands at byte %d",
		Hint:    "copy the PEM text again from its source; word processors replace dashes and spaces",
		Explain: "PEM (RFC 7468) is ASCII. Non-ASCII text is accepted only in # comment lines, as valid UTF-8 without control characters.",
	})
	PKITextOutside = define(Sentence{
		Code:    "pki-text-outside",
		Text:    "text at byte %d stands outside the blocks",
		Hint:    "remove it, or begin the line with #",
		Explain: "Every byte of a PEM file is accounted for: blocks, blank lines, and # comments before a block. Other text is often the rest of a damaged block.",
	})
	PKITrailingText = define(Sentence{
		Code:    "pki-trailing-text",
		Text:    "text at byte %d follows the last block",
		Hint:    "remove it, comments included; comments go before a block",
		Explain: "Linkerd's parser (pkg/tls/codec.go) fails with \"not a PEM certificate\" when anything follows the last block, and linkerd-identity then does not start.",
	})
	PKIIndented = define(Sentence{
		Code:    "pki-indented",
		Text:    "block %d of %d is indented at byte %d",
		Hint:    "remove the white space at the beginning of its lines; in YAML use a | block, whose indentation is not part of the value",
		Explain: "Go's PEM reader does not see an indented block at all, so the certificate would vanish without an error.",
	})
	PKIGlued = define(Sentence{
		Code:    "pki-glued",
		Text:    "block %d of %d begins on the line on which the block before it ends, at byte %d",
		Hint:    "put a line break between -----END and -----BEGIN",
		Explain: "This is what `cat` makes of two files when the first lacks its final newline. Linkerd's parser then finds no certificate at all.",
	})
	PKITruncated = define(Sentence{
		Code:    "pki-truncated",
		Text:    "block %d of %d begins at byte %d and has no END line",
		Hint:    "copy the whole block again",
		Explain: "The block stops before its -----END line: at the end of the input, or because another block begins.",
	})
	PKIDamagedBlock = define(Sentence{
		Code:    "pki-damaged-block",
		Text:    "block %d of %d is damaged at byte %d",
		Hint:    "export the file again; damaged blocks are never skipped",
		Explain: "A marker line, the base64 text or its padding is wrong at that byte. Go's PEM reader skips such a block silently, which would drop a trust anchor without an error.",
	})
	PKIHeaders = define(Sentence{
		Code:    "pki-headers",
		Text:    "block %d of %d carries PEM headers at byte %d",
		Hint:    "remove the \"Name: value\" lines, or export the block without them",
		Explain: "Headers such as \"Bag Attributes\" or \"Proc-Type\" have no place in a trust bundle; proxies and Go read them differently.",
	})
	PKIForeignBlock = define(Sentence{
		Code:    "pki-foreign-block",
		Text:    "block %d of %d is a %q, not a CERTIFICATE",
		Hint:    "keep only CERTIFICATE blocks; for TRUSTED CERTIFICATE run openssl x509 -in FILE -out FILE.pem",
		Explain: "At a block of another type Linkerd's parser stops silently and drops every certificate after it, while proxies read on: the two would trust different anchors.",
	})
	PKIPrivateKeyAmong = define(Sentence{
		Code:    "pki-private-key-among-certificates",
		Text:    "block %d of %d is a private key among certificates",
		Hint:    "remove the key from this file; if the file was shared or committed, replace the key",
		Explain: "Bundles and chains are public and end up in ConfigMaps, pods and Git. A private key among them would be published.",
	})
	PKINotCertificate = define(Sentence{
		Code:    "pki-not-a-certificate",
		Text:    "block %d of %d holds no X.509 certificate",
		Hint:    "export the certificate again",
		Explain: "The base64 text is intact, but what it holds is no well-formed X.509 certificate (RFC 5280), or more follows it inside the block.",
	})
	PKIDuplicate = define(Sentence{
		Code:    "pki-duplicate",
		Text:    "certificates %d and %d are the same (%s)",
		Hint:    "remove one of them",
		Explain: "Linkerd does not remove doubles; `linkerd multicluster check` compares the number of anchors and would fail.",
	})
	PKIAnchorNotSelfSigned = define(Sentence{
		Code:    "pki-anchor-not-self-signed",
		Text:    "certificate %d (%s) is no trust anchor: it was issued by %q, not by its own key",
		Hint:    "put the self-signed anchor into the bundle; issuers and cross certificates belong to the issuer's chain",
		Explain: "Go and the proxies take any certificate in a bundle as a root. An intermediate there becomes a root of its own that the real anchor's removal does not take away.",
	})
	PKIAnchorUncheckable = define(Sentence{
		Code:    "pki-anchor-uncheckable",
		Text:    "certificate %d (%s) cannot be checked: it is signed with %s",
		Hint:    "use an anchor with an ECDSA P-256 key, or RSA 2048 or 4096 with SHA-256",
		Explain: "Neither Go nor the proxies verify this signature algorithm, and `linkerd check` refuses such an anchor.",
	})
	PKINoCertificates = define(Sentence{
		Code:    "pki-no-certificates",
		Text:    "a trust bundle needs at least one certificate",
		Hint:    "add a trust anchor",
		Explain: "With an empty bundle linkerd-identity and the proxies do not start.",
	})
)

// Keys. No argument ever comes from a key's bytes.
var (
	PKIKeyBlocks = define(Sentence{
		Code:    "pki-key-blocks",
		Text:    "a private key file must hold exactly one block, found %d",
		Hint:    "keep only the private key's block; for \"EC PARAMETERS\" run openssl ecparam with -noout",
		Explain: "Linkerd reads the first block of the file and nothing else, so a block in front of the key hides it.",
	})
	PKIKeySurrounded = define(Sentence{
		Code:    "pki-key-surrounded",
		Text:    "text stands outside the private key's block at byte %d",
		Hint:    "keep only the block, from -----BEGIN to -----END",
		Explain: "The key goes into a Secret as it stands. Comments would go with it.",
	})
	PKIKeyForeign = define(Sentence{
		Code:    "pki-key-foreign",
		Text:    "block %d of %d is a %q, not a private key",
		Hint:    "give the private key that belongs to the certificate",
		Explain: "Private keys stand in blocks of the type PRIVATE KEY (PKCS #8), EC PRIVATE KEY (SEC 1) or RSA PRIVATE KEY (PKCS #1).",
	})
	PKIKeyEncrypted = define(Sentence{
		Code:    "pki-key-encrypted",
		Text:    "the private key is protected by a passphrase",
		Hint:    "decrypt it where only you can read it (openssl pkey -in FILE), and let the custody encrypt it",
		Explain: "Linkerd has nowhere to enter a passphrase. Keys at rest are protected by the custody that the state file names.",
	})
	PKIKeyMalformed = define(Sentence{
		Code:    "pki-key-malformed",
		Text:    "the block %q holds no such key",
		Hint:    "export the key again",
		Explain: "The base64 text is intact, but what it holds is not a private key of the form that the block's type announces. What stands there is not shown.",
	})
	PKIKeyUnsupported = define(Sentence{
		Code:    "pki-key-unsupported",
		Text:    "private keys of this kind cannot sign certificates for Linkerd",
		Hint:    "use an ECDSA P-256 key (step certificate create --kty EC --curve P-256)",
		Explain: "Read are ECDSA, RSA and Ed25519 keys; Linkerd itself takes ECDSA P-256 for issuers.",
	})
)

// Verification. The first two arguments are the certificate and the rules.
var (
	PKINoInstant = define(Sentence{
		Code:    "pki-no-instant",
		Text:    "verification needs an instant",
		Hint:    "give the instant at which the certificates must hold",
		Explain: "Without an instant Go's verification would read the clock, and the verdict could not be repeated.",
	})
	PKIIssuerNotCA = define(Sentence{
		Code:    "pki-issuer-not-ca",
		Text:    "the issuer %s is no certificate authority",
		Hint:    "give an intermediate certificate with basicConstraints CA:TRUE",
		Explain: "linkerd-identity refuses it: \"it must be an intermediate-CA, but it is not\" (pkg/identity/service.go).",
	})
	PKIUnknownIssuer = define(Sentence{
		Code:    "pki-unknown-issuer",
		Text:    "%s does not verify by %s rules: no further certificate at hand is named %q, which issued %s (AKI %s; SKIs of the anchors: %s)",
		Hint:    "check which anchor signed it, and add that anchor or the missing intermediate",
		Explain: "A path is built from the certificate to an anchor; at one link no certificate of the issuer's name is in the chain or in the bundle.",
	})
	PKIWrongSigner = define(Sentence{
		Code:    "pki-wrong-signer",
		Text:    "%s does not verify by %s rules: no certificate named %q has the key that signed %s (AKI %s; SKIs at hand: %s)",
		Hint:    "compare the AKI with the anchors' SKIs: another generation of the anchor signed it",
		Explain: "A certificate with the issuer's name is there, but its key did not make the signature. That happens when anchors of several generations carry one name.",
	})
	PKIExpired = define(Sentence{
		Code:    "pki-expired",
		Text:    "%s does not verify by %s rules: %s is not valid after %s; asked at %s",
		Hint:    "issue it again, or start the rotation that replaces it",
		Explain: "The certificate's validity period ended before the instant that was asked for. Proxies ignore the dates of anchors, Go (linkerd-identity, the CLI) does not.",
	})
	PKINotYetValid = define(Sentence{
		Code:    "pki-not-yet-valid",
		Text:    "%s does not verify by %s rules: %s is not valid before %s; asked at %s",
		Hint:    "wait until then, or issue it again with an earlier notBefore",
		Explain: "The certificate's validity period begins after the instant that was asked for.",
	})
	PKINotCA = define(Sentence{
		Code:    "pki-not-ca",
		Text:    "%s does not verify by %s rules: %s is no certificate authority",
		Hint:    "issue it again with basicConstraints CA:TRUE",
		Explain: "A certificate on the path may not sign others: its basicConstraints lack CA:TRUE, or its keyUsage lacks certSign (Go looks at both, the proxies at the first).",
	})
	PKICAAsLeaf = define(Sentence{
		Code:    "pki-ca-as-leaf",
		Text:    "%s does not verify by %s rules: it is a certificate authority, not a leaf",
		Hint:    "give the leaf certificate first, then its issuers",
		Explain: "Proxies refuse a certificate with CA:TRUE as a peer's own certificate.",
	})
	PKIPathLength = define(Sentence{
		Code:    "pki-path-length",
		Text:    "%s does not verify by %s rules: %s allows %d certificate authorities below it, and the path has more",
		Hint:    "use an anchor and intermediates without pathLen, or rotate with strategy bundle",
		Explain: "basicConstraints pathLen (RFC 5280 section 4.2.1.9). Go counts a cross certificate like any intermediate and honours an anchor's pathLen; proxies ignore the anchor's.",
	})
	PKIPathDepth = define(Sentence{
		Code:    "pki-path-depth",
		Text:    "%s does not verify by %s rules: the path needs more than %d intermediates",
		Hint:    "shorten the chain",
		Explain: "rustls-webpki, which the proxies run, builds no longer path.",
	})
	PKINames = define(Sentence{
		Code:    "pki-name-constraints",
		Text:    "%s does not verify by %s rules: the name constraints of %s exclude a name below it",
		Hint:    "issue that authority again without name constraints, or with ones that permit the trust domain",
		Explain: "Name constraints (RFC 5280 section 4.2.1.10) of anchors and intermediates bind every name below them. Proxies reject all use of constraints on directory names and URIs.",
	})
	PKIUsage = define(Sentence{
		Code:    "pki-extended-key-usage",
		Text:    "%s does not verify by %s rules: the extended key usages on the path do not allow %s",
		Hint:    "issue the authorities without extended key usage, and leaves with both serverAuth and clientAuth",
		Explain: "Every mesh peer is server and client. An extended key usage on an issuer limits every leaf below it.",
	})
	PKIAlgorithm = define(Sentence{
		Code:    "pki-signature-algorithm",
		Text:    "%s does not verify by %s rules: the signature of %s (%s) is of a kind that is not accepted",
		Hint:    "use ECDSA P-256 with SHA-256",
		Explain: "The signature algorithm, or the signer's key with it, is not among those that the verifier knows (for the proxies: ECDSA P-256, P-384, P-521, Ed25519, RSA from 2048 bits with PKCS #1 v1.5 and SHA-2).",
	})
	PKICritical = define(Sentence{
		Code:    "pki-critical-extension",
		Text:    "%s does not verify by %s rules: %s has a critical extension or a version that is not supported",
		Hint:    "issue it again as version 3 without unusual critical extensions",
		Explain: "A verifier must refuse a certificate with a critical extension that it does not know (RFC 5280 section 4.2).",
	})
	PKIBudget = define(Sentence{
		Code:    "pki-search-budget",
		Text:    "%s does not verify by %s rules: path building gave up after %d %s",
		Hint:    "remove anchors and intermediates that share one name",
		Explain: "Both verifiers bound the search. Many anchors of one name exhaust the budget before the right one is tried.",
	})
	PKIHost = define(Sentence{
		Code:    "pki-host-name",
		Text:    "%s does not verify by %s rules: it is not valid for %q (its DNS names: %s)",
		Hint:    "issue it with that name as a subject alternative name; the common name does not count",
		Explain: "The API server calls a webhook as <service>.<namespace>.svc and compares that with the DNS subject alternative names.",
	})
	PKIRefused = define(Sentence{
		Code:    "pki-refused",
		Text:    "%s does not verify by %s rules: refused by path building",
		Hint:    "look at the certificates with openssl x509 -text",
		Explain: "The verifier refused the path for a reason that it does not put into one of the other kinds, such as malformed names together with name constraints.",
	})
)

// Lint. The certificate in question stands before the text, so the text begins
// with a verb; texts about a whole bundle stand alone.
var (
	LintSameSubject = define(Sentence{
		Code:    "pki-lint-same-subject",
		Text:    "has the subject of %s and another key",
		Hint:    "give every generation of the anchor a common name of its own, such as root.linkerd.cluster.local-2026",
		Explain: "Verification still works, but a failure then reads as a bad signature instead of an unknown issuer, which misleads whoever has to find the cause.",
	})
	LintSameSKI = define(Sentence{
		Code:    "pki-lint-same-ski",
		Text:    "has the subject key identifier of %s (%s) and another key",
		Hint:    "issue the newer one again with an identifier made of its key",
		Explain: "Go and the proxies use key identifiers as hints or not at all, but tools that follow a key's lineage confuse the two.",
	})
	LintRenewedTwin = define(Sentence{
		Code:    "pki-lint-renewed-twin",
		Text:    "has the name and the key of %s",
		Hint:    "keep only the one with the later end once every reader has it",
		Explain: "A renewed anchor and its predecessor are one anchor to the proxies and two certificates to `linkerd check` and `linkerd multicluster check`.",
	})
	LintTooManyAnchors = define(Sentence{
		Code:    "pki-lint-too-many-anchors",
		Text:    "the bundle has %d anchors, more than %d",
		Hint:    "remove anchors that nothing verifies against any more",
		Explain: "A rotation needs two. Every further anchor is trusted by every workload, and many of one name exhaust the proxies' budget of 100 signature checks.",
	})
	LintAnchorExpired = define(Sentence{
		Code:    "pki-lint-anchor-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "start renew if its key is alive, else start replace",
		Explain: "Proxies ignore an anchor's dates, so traffic goes on; linkerd-identity does not, so it issues no more leaves under this anchor and the mesh decays within a leaf's lifetime. `linkerd check` stops at any expired anchor in the bundle.",
	})
	LintAnchorNotYetValid = define(Sentence{
		Code:    "pki-lint-anchor-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "wait until then, or mint it with an earlier notBefore",
		Explain: "linkerd-identity refuses issuers under an anchor that is not valid yet, and `linkerd check` fails.",
	})
	LintAnchorExpiring = define(Sentence{
		Code:    "pki-lint-anchor-expiring",
		Text:    "ends at %s, less than 60 days after %s",
		Hint:    "start the rotation to a new anchor",
		Explain: "The same threshold as `linkerd check` (l5d-identity-trustAnchors-not-expiring-soon).",
	})
	LintAnchorNotCA = define(Sentence{
		Code:    "pki-lint-anchor-not-ca",
		Text:    "is no certificate authority",
		Hint:    "use an anchor with basicConstraints CA:TRUE",
		Explain: "Proxies ignore the CA bit of anchors, Go does not: linkerd-identity would not start.",
	})
	LintAnchorNoCertSign = define(Sentence{
		Code:    "pki-lint-anchor-no-cert-sign",
		Text:    "has a key usage without certSign",
		Hint:    "issue it again with the key usages certSign and cRLSign",
		Explain: "Proxies ignore an anchor's key usage, Go does not: linkerd-identity would not start.",
	})
	LintAnchorPathLength = define(Sentence{
		Code:    "pki-lint-anchor-path-length",
		Text:    "has pathLen 0",
		Hint:    "use an anchor without pathLen for the next generation",
		Explain: "Under pathLen 0 Go verifies an issuer but no leaf of it, and cross-signing the next anchor is impossible. Proxies ignore an anchor's pathLen.",
	})
	LintAnchorAlgorithm = define(Sentence{
		Code:    "pki-lint-anchor-algorithm",
		Text:    "has %s and is signed with %s",
		Hint:    "use ECDSA P-256 with SHA-256 (or RSA 2048 or 4096 with SHA-256)",
		Explain: "`linkerd check` (l5d-identity-trustAnchors-use-supported-crypto) accepts nothing else for anchors; it is fatal there.",
	})
	LintAnchorNotSelfSigned = define(Sentence{
		Code:    "pki-lint-anchor-not-self-signed",
		Text:    "was issued by %q and stands in the bundle as an anchor",
		Hint:    "put the self-signed anchor into the bundle instead",
		Explain: "Any certificate in a bundle is a root of its own: removing the real anchor does not end the trust in this one.",
	})
	LintAnchorCritical = define(Sentence{
		Code:    "pki-lint-anchor-critical-extension",
		Text:    "has a critical extension that Go does not know",
		Hint:    "issue it again without that extension",
		Explain: "Go refuses every path through such an anchor; proxies ignore an anchor's extensions except name constraints.",
	})
	LintNameConstraints = define(Sentence{
		Code:    "pki-lint-name-constraints",
		Text:    "has name constraints that exclude %q",
		Hint:    "permit the trust domain, and use DNS name constraints only",
		Explain: "Name constraints bind every leaf below, cross-signed ones included. Identities are DNS names <account>.<namespace>.serviceaccount.identity.<control plane namespace>.<trust domain>; proxies also refuse all constraints on directory names.",
	})
	LintAKIMismatch = define(Sentence{
		Code:    "pki-lint-aki-mismatch",
		Text:    "has AKI %s, but the SKI of its signer is %s",
		Hint:    "issue it again; the AKI is copied from the signer's SKI",
		Explain: "Go and the proxies verify it all the same. Tools that follow key identifiers, and people who compare them, are misled.",
	})
	LintAKISerial = define(Sentence{
		Code:    "pki-lint-aki-issuer-serial",
		Text:    "has an AKI with issuer and serial number",
		Hint:    "issue it again with a key identifier only",
		Explain: "Such an AKI names one certificate of the signer: a renewed or cross-signed twin of the signer does not fit it for strict verifiers.",
	})
	LintIssuerExpired = define(Sentence{
		Code:    "pki-lint-issuer-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "start issuer with a new issuer",
		Explain: "Leaves under it verify nowhere, and linkerd-identity issues none.",
	})
	LintIssuerNotYetValid = define(Sentence{
		Code:    "pki-lint-issuer-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "wait until then, or issue it with an earlier notBefore",
		Explain: "linkerd-identity skips an issuer that is not valid yet and does not try again by itself.",
	})
	LintIssuerExpiring = define(Sentence{
		Code:    "pki-lint-issuer-expiring",
		Text:    "ends at %s, less than 60 days after %s",
		Hint:    "start issuer with a new issuer",
		Explain: "The same threshold as `linkerd check` (l5d-identity-issuer-cert-not-expiring-soon).",
	})
	LintIssuerNotCA = define(Sentence{
		Code:    "pki-lint-issuer-not-ca",
		Text:    "is no certificate authority",
		Hint:    "issue it with basicConstraints CA:TRUE",
		Explain: "linkerd-identity refuses it.",
	})
	LintIssuerNoCertSign = define(Sentence{
		Code:    "pki-lint-issuer-no-cert-sign",
		Text:    "has a key usage without certSign",
		Hint:    "issue it again with the key usages certSign and cRLSign",
		Explain: "Go refuses leaves under it. The proxies' verifier does not look at it yet; its next version (rustls-webpki 0.104) does.",
	})
	LintIssuerUsage = define(Sentence{
		Code:    "pki-lint-issuer-extended-key-usage",
		Text:    "has extended key usages",
		Hint:    "issue it again without extended key usage",
		Explain: "Extended key usages of an issuer limit every leaf below it; without clientAuth or without serverAuth the proxies refuse one side of each connection.",
	})
	LintIssuerPathLength = define(Sentence{
		Code:    "pki-lint-issuer-path-length",
		Text:    "may create further authorities (no pathLen 0)",
		Hint:    "issue it with pathLen 0",
		Explain: "linkerd-identity only signs leaves. pathLen 0 keeps a stolen issuer key from making authorities.",
	})
	LintIssuerAlgorithm = define(Sentence{
		Code:    "pki-lint-issuer-algorithm",
		Text:    "has %s and is signed with %s",
		Hint:    "use an ECDSA P-256 key, signed with SHA-256 by a P-256 or RSA anchor",
		Explain: "`linkerd check` (l5d-identity-issuer-cert-uses-supported-crypto) accepts nothing else for issuers; it is fatal there.",
	})
	LintIssuerName = define(Sentence{
		Code:    "pki-lint-issuer-name",
		Text:    "is not named %q",
		Hint:    "use that common name",
		Explain: "Linkerd's documentation asks for identity.<control plane namespace>.<trust domain>; the running parts do not check it.",
	})
	LintIssuerUnverified = define(Sentence{
		Code:    "pki-lint-issuer-unverified",
		Text:    "is not accepted under the bundle: %s",
		Hint:    "check which anchor signed it",
		Explain: "linkerd-identity keeps its former issuer, or does not start, when the issuer does not verify under the anchors it has loaded.",
	})
	LintOutlivesAnchor = define(Sentence{
		Code:    "pki-lint-outlives-anchor",
		Text:    "ends at %s, after its anchor (%s)",
		Hint:    "issue it with an end no later than the anchor's",
		Explain: "Go refuses the path once the anchor has ended, so the last part of the validity period is an illusion.",
	})
	LintCrossExpiresFirst = define(Sentence{
		Code:    "pki-lint-cross-expires-first",
		Text:    "ends at %s, before the issuer (%s)",
		Hint:    "finish the rotation, and drop the cross certificate, well before it ends",
		Explain: "linkerd-identity cuts every leaf's life to the earliest end in the chain it loaded, so an ageing cross certificate makes proxies renew more and more often.",
	})
	LintCrossPathLength = define(Sentence{
		Code:    "pki-lint-cross-path-length",
		Text:    "is signed by %s, whose pathLen %d allows fewer authorities than this chain has",
		Hint:    "rotate with strategy bundle",
		Explain: "Go counts a cross certificate like any intermediate: linkerd-identity refuses this chain under that anchor.",
	})
	LintGoLeafPathLength = define(Sentence{
		Code:    "pki-lint-go-leaf-path-length",
		Text:    "is signed by %s, whose pathLen %d makes plain Go verification refuse the leaves of this chain",
		Hint:    "make sure that no Go program verifies mesh leaves itself, or use an anchor without pathLen",
		Explain: "The issuer check of linkerd-identity and the proxies pass; only Go programs that verify a leaf count one authority more than the anchor allows.",
	})
	LintStray = define(Sentence{
		Code:    "pki-lint-stray",
		Text:    "signed none of the other certificates of the chain",
		Hint:    "remove it from the issuer's chain",
		Explain: "Everything after the first certificate is served to every peer and cuts the leaves' lifetimes, useful or not.",
	})
	LintLeafExpired = define(Sentence{
		Code:    "pki-lint-leaf-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "look why the proxy does not renew it (linkerd-identity's log and events)",
		Explain: "Peers refuse an expired leaf without any slack for clocks.",
	})
	LintLeafNotYetValid = define(Sentence{
		Code:    "pki-lint-leaf-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "compare the clocks of the nodes",
		Explain: "linkerd-identity back-dates leaves by the clock skew allowance (20 s by default); a larger difference between clocks breaks connections.",
	})
	LintLeafCA = define(Sentence{
		Code:    "pki-lint-leaf-is-ca",
		Text:    "is a certificate authority",
		Hint:    "give the leaf, not its issuer",
		Explain: "Proxies refuse a certificate with CA:TRUE as a peer's own.",
	})
	LintLeafKeyUsage = define(Sentence{
		Code:    "pki-lint-leaf-key-usage",
		Text:    "has a key usage without digitalSignature",
		Hint:    "issue leaves with digitalSignature",
		Explain: "The proxies' verifier does not look at it yet; its next version (rustls-webpki 0.104) does.",
	})
	LintLeafUsage = define(Sentence{
		Code:    "pki-lint-leaf-extended-key-usage",
		Text:    "lacks the extended key usage %s",
		Hint:    "issue leaves with serverAuth and clientAuth",
		Explain: "Every mesh peer is server and client.",
	})
	LintWebhookExpired = define(Sentence{
		Code:    "pki-lint-webhook-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "start webhooks with new certificates",
		Explain: "The API server refuses the webhook. With failurePolicy Fail (values-ha.yaml) no pod can be created any more; with Ignore pods start without a proxy.",
	})
	LintWebhookNotYetValid = define(Sentence{
		Code:    "pki-lint-webhook-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "wait until then, or issue it with an earlier notBefore",
		Explain: "The API server refuses the webhook until then.",
	})
	LintWebhookExpiring = define(Sentence{
		Code:    "pki-lint-webhook-expiring",
		Text:    "ends at %s, less than 60 days after %s",
		Hint:    "start webhooks with new certificates",
		Explain: "The same threshold as `linkerd check` (l5d-…-cert-not-expiring-soon).",
	})
	LintWebhookName = define(Sentence{
		Code:    "pki-lint-webhook-name",
		Text:    "is not valid for %q (its DNS names: %s)",
		Hint:    "issue it with that name as a subject alternative name",
		Explain: "The API server calls a webhook as <service>.<namespace>.svc and looks at DNS subject alternative names only.",
	})
	LintWebhookUnverified = define(Sentence{
		Code:    "pki-lint-webhook-unverified",
		Text:    "is not accepted under the caBundle: %s",
		Hint:    "put the certificate that signed it into the caBundle",
		Explain: "The API server verifies the webhook's certificate against the caBundle of its configuration by Go's rules.",
	})
	LintWebhookKey = define(Sentence{
		Code:    "pki-lint-webhook-key",
		Text:    "does not belong to the private key beside it",
		Hint:    "put the key and the certificate of one pair there",
		Explain: "The webhook's server cannot load a certificate with another key.",
	})
	LintWebhookKeyForm = define(Sentence{
		Code:    "pki-lint-webhook-key-form",
		Text:    "has a private key that is not PKCS #8",
		Hint:    "convert it: openssl pkcs8 -topk8 -nocrypt -in FILE; with cert-manager set privateKey.encoding: PKCS8",
		Explain: "The policy controller reads PKCS #8 only (linkerd2#7963); with another form its container does not start.",
	})
)
