package problem

// Verification. The first two arguments are the certificate and the rules.
var (
	PKINoInstant = Sentence{
		Code:    "pki-no-instant",
		Text:    "verification needs an instant",
		Hint:    "give the instant at which the certificates must hold",
		Explain: "Without an instant Go's verification would read the clock, and the verdict could not be repeated.",
	}
	PKIIssuerNotCA = Sentence{
		Code:    "pki-issuer-not-ca",
		Text:    "the issuer %s is not a certificate authority",
		Hint:    "give an intermediate certificate with basicConstraints CA:TRUE",
		Explain: "linkerd-identity refuses it: \"it must be an intermediate-CA, but it is not\" (pkg/identity/service.go).",
	}
	PKIUnknownIssuer = Sentence{
		Code:    "pki-unknown-issuer",
		Text:    "%s does not verify by %s rules: no further certificate at hand is named %q, which issued %s (AKI %s; SKIs of the anchors: %s)",
		Hint:    "check which anchor signed it, and add that anchor or the missing intermediate",
		Explain: "A path is built from the certificate to an anchor; at one link no certificate of the issuer's name is in the chain or in the bundle.",
	}
	PKIWrongSigner = Sentence{
		Code:    "pki-wrong-signer",
		Text:    "%s does not verify by %s rules: no certificate named %q has the key that signed %s (AKI %s; SKIs at hand: %s)",
		Hint:    "compare the AKI with the anchors' SKIs: another generation of the anchor signed it",
		Explain: "A certificate with the issuer's name is there, but its key did not make the signature. That happens when anchors of several generations carry one name.",
	}
	PKIExpired = Sentence{
		Code:    "pki-expired",
		Text:    "%s does not verify by %s rules: %s is not valid after %s; asked at %s",
		Hint:    "issue it again, or start the rotation that replaces it",
		Explain: "The certificate's validity period ended before the instant that was asked for. Proxies ignore the dates of anchors, Go (linkerd-identity, the CLI) does not.",
	}
	PKINotYetValid = Sentence{
		Code:    "pki-not-yet-valid",
		Text:    "%s does not verify by %s rules: %s is not valid before %s; asked at %s",
		Hint:    "wait until then, or issue it again with an earlier notBefore",
		Explain: "The certificate's validity period begins after the instant that was asked for.",
	}
	PKINotCA = Sentence{
		Code:    "pki-not-ca",
		Text:    "%s does not verify by %s rules: %s is not a certificate authority",
		Hint:    "issue it again with basicConstraints CA:TRUE",
		Explain: "A certificate on the path may not sign others: its basicConstraints lack CA:TRUE, or its keyUsage lacks certSign (Go looks at both, the proxies at the first).",
	}
	PKICAAsLeaf = Sentence{
		Code:    "pki-ca-as-leaf",
		Text:    "%s does not verify by %s rules: it is a certificate authority, not a leaf",
		Hint:    "give the leaf certificate first, then its issuers",
		Explain: "Proxies refuse a certificate with CA:TRUE as a peer's own certificate.",
	}
	PKIPathLength = Sentence{
		Code:    "pki-path-length",
		Text:    "%s does not verify by %s rules: %s allows %d certificate authorities below it, and the path has more",
		Hint:    "use an anchor and intermediates without pathLen, or rotate with strategy bundle",
		Explain: "basicConstraints pathLen (RFC 5280 section 4.2.1.9). Go counts a cross certificate like any intermediate and honours an anchor's pathLen; proxies ignore the anchor's.",
	}
	PKIPathDepth = Sentence{
		Code:    "pki-path-depth",
		Text:    "%s does not verify by %s rules: the path needs more than %d intermediates",
		Hint:    "shorten the chain",
		Explain: "rustls-webpki, which the proxies run, builds no longer path.",
	}
	PKINames = Sentence{
		Code:    "pki-name-constraints",
		Text:    "%s does not verify by %s rules: the name constraints of %s exclude %s",
		Hint:    "issue that authority again without name constraints, or with ones that permit the trust domain",
		Explain: "Name constraints (RFC 5280 section 4.2.1.10) of anchors and intermediates bind every name below them. Proxies reject all use of constraints on directory names and URIs.",
	}
	PKIUsage = Sentence{
		Code:    "pki-extended-key-usage",
		Text:    "%s does not verify by %s rules: the extended key usages on the path do not allow %s",
		Hint:    "issue the authorities without extended key usage, and leaves with both serverAuth and clientAuth",
		Explain: "Every mesh peer is server and client. An extended key usage on an issuer limits every leaf below it.",
	}
	PKIAlgorithm = Sentence{
		Code:    "pki-signature-algorithm",
		Text:    "%s does not verify by %s rules: the signature of %s (%s) is of a kind that is not accepted",
		Hint:    "use ECDSA P-256 with SHA-256",
		Explain: "The signature algorithm, or the signer's key with it, is not among those that the verifier knows (for the proxies: ECDSA P-256, P-384, P-521, Ed25519, RSA from 2048 bits with PKCS #1 v1.5 and SHA-2).",
	}
	PKICritical = Sentence{
		Code:    "pki-critical-extension",
		Text:    "%s does not verify by %s rules: %s has a critical extension or a version that is not supported",
		Hint:    "issue it again as version 3 without unusual critical extensions",
		Explain: "A verifier must refuse a certificate with a critical extension that it does not know (RFC 5280 section 4.2).",
	}
	PKIUnread = Sentence{
		Code:    "pki-unread",
		Text:    "%s does not verify by %s rules: %s cannot be read there, for it has %s",
		Hint:    "issue it again: version 3, UTC dates with seconds, a standard signature algorithm, a path length below 256, no unique identifiers, less than 64 KiB",
		Explain: "Proxies read certificates by stricter rules than Go and OpenSSL (rustls-webpki). An anchor that they cannot read is not in their store, and a chain with a certificate that they cannot read is refused.",
	}
	PKIBudget = Sentence{
		Code:    "pki-search-budget",
		Text:    "%s does not verify by %s rules: path building gave up after %d %s",
		Hint:    "remove anchors and intermediates that share one name",
		Explain: "Both verifiers bound the search. Many anchors of one name exhaust the budget before the right one is tried.",
	}
	PKIHost = Sentence{
		Code:    "pki-host-name",
		Text:    "%s does not verify by %s rules: it is not valid for %q (its DNS names: %s)",
		Hint:    "issue it with that name as a subject alternative name; the common name does not count",
		Explain: "The API server calls a webhook as <service>.<namespace>.svc and compares that with the DNS subject alternative names.",
	}
	PKIRefused = Sentence{
		Code:    "pki-refused",
		Text:    "%s does not verify by %s rules: refused by path building",
		Hint:    "look at the certificates with openssl x509 -text",
		Explain: "The verifier refused the path for a reason that it does not put into one of the other kinds, such as malformed names together with name constraints.",
	}
)
