package problem

// Lint. The certificate in question is before the text, so the text begins
// with a verb; texts about a whole bundle are complete.
var (
	LintSameSubject = Sentence{
		Code:    "pki-lint-same-subject",
		Text:    "has the subject of %s and another key",
		Hint:    "give every generation of the anchor a common name of its own, such as root.linkerd.cluster.local-2026",
		Explain: "Verification still works, but a failure then reads as a bad signature instead of an unknown issuer, which misleads whoever has to find the cause.",
	}
	LintSameSKI = Sentence{
		Code:    "pki-lint-same-ski",
		Text:    "has the subject key identifier of %s (%s) and another key",
		Hint:    "issue the newer one again with an identifier made of its key",
		Explain: "Go and the proxies use key identifiers as hints or not at all, but tools that follow a key's lineage confuse the two.",
	}
	LintRenewedTwin = Sentence{
		Code:    "pki-lint-renewed-twin",
		Text:    "has the name and the key of %s",
		Hint:    "keep only the one with the later end once every reader has it",
		Explain: "A renewed anchor and its predecessor are one anchor to the proxies and two certificates to `linkerd check` and `linkerd multicluster check`.",
	}
	LintTooManyAnchors = Sentence{
		Code:    "pki-lint-too-many-anchors",
		Text:    "the bundle has %d anchors, more than %d",
		Hint:    "remove anchors that nothing verifies against any more",
		Explain: "A rotation needs two. Every further anchor is trusted by every workload, and many of one name exhaust the proxies' budget of 100 signature checks.",
	}
	LintAnchorExpired = Sentence{
		Code:    "pki-lint-anchor-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "run `l5d-pki-render doctor`: it prints the commands that repair this, in order",
		Explain: "Proxies ignore an anchor's dates, so traffic goes on; linkerd-identity does not, so it issues no more leaves under this anchor and the mesh decays within a leaf's lifetime. `linkerd check` stops at any expired anchor in the bundle.",
	}
	LintAnchorNotYetValid = Sentence{
		Code:    "pki-lint-anchor-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "wait until then, or mint it with an earlier notBefore",
		Explain: "linkerd-identity refuses issuers under an anchor that is not valid yet, and `linkerd check` fails.",
	}
	LintAnchorExpiring = Sentence{
		Code:    "pki-lint-anchor-expiring",
		Text:    "ends at %s, less than 60 days after %s",
		Hint:    "begin the rotation to a new anchor: `l5d-pki-render start anchor`",
		Explain: "The same threshold as `linkerd check` (l5d-identity-trustAnchors-not-expiring-soon).",
	}
	LintAnchorNotCA = Sentence{
		Code:    "pki-lint-anchor-not-ca",
		Text:    "is not a certificate authority",
		Hint:    "use an anchor with basicConstraints CA:TRUE",
		Explain: "Proxies ignore the CA bit of anchors, Go does not: linkerd-identity would not start.",
	}
	LintAnchorNoCertSign = Sentence{
		Code:    "pki-lint-anchor-no-cert-sign",
		Text:    "has a key usage without certSign",
		Hint:    "issue it again with the key usages certSign and cRLSign",
		Explain: "Proxies ignore an anchor's key usage, Go does not: linkerd-identity would not start.",
	}
	LintAnchorPathLength = Sentence{
		Code:    "pki-lint-anchor-path-length",
		Text:    "has pathLen 0",
		Hint:    "use an anchor without pathLen for the next generation",
		Explain: "Under pathLen 0 Go verifies an issuer but no leaf of it, and cross-signing the next anchor is impossible. Proxies ignore an anchor's pathLen.",
	}
	LintAnchorAlgorithm = Sentence{
		Code:    "pki-lint-anchor-algorithm",
		Text:    "has %s and is signed with %s",
		Hint:    "use ECDSA P-256 with SHA-256 (or RSA 2048 or 4096 with SHA-256)",
		Explain: "`linkerd check` (l5d-identity-trustAnchors-use-supported-crypto) accepts nothing else for anchors; it is fatal there.",
	}
	LintAnchorNotSelfSigned = Sentence{
		Code:    "pki-lint-anchor-not-self-signed",
		Text:    "is a trust anchor and was issued by %q, not by its own key",
		Hint:    "nothing has to be done; to end the trust in it, rotate the anchor: revoking it or removing its issuer changes nothing here",
		Explain: "Any certificate in a bundle is a root of its own: removing the real anchor does not end the trust in this one.",
	}
	LintAnchorCritical = Sentence{
		Code:    "pki-lint-anchor-critical-extension",
		Text:    "has a critical extension that Go does not know",
		Hint:    "issue it again without that extension",
		Explain: "Go refuses every path through such an anchor; proxies ignore an anchor's extensions except name constraints.",
	}
	LintNameConstraints = Sentence{
		Code:    "pki-lint-name-constraints",
		Text:    "has name constraints that exclude %s",
		Hint:    "if the mesh does not work with it, `l5d-pki-render doctor` prints what to run; a certificate to come has to permit the trust domain, by DNS names only",
		Explain: "Name constraints bind every leaf below, cross-signed ones included. Identities are DNS names <account>.<namespace>.serviceaccount.identity.<control plane namespace>.<trust domain>; proxies also refuse all constraints on directory names.",
	}
	LintAKIMismatch = Sentence{
		Code:    "pki-lint-aki-mismatch",
		Text:    "has AKI %s, but the SKI of its signer is %s",
		Hint:    "issue it again; the AKI is copied from the signer's SKI",
		Explain: "Go and the proxies verify it all the same. Tools that follow key identifiers, and people who compare them, are misled.",
	}
	LintAKISerial = Sentence{
		Code:    "pki-lint-aki-issuer-serial",
		Text:    "has an AKI with issuer and serial number",
		Hint:    "issue it again with a key identifier only",
		Explain: "Such an AKI names one certificate of the signer: a renewed or cross-signed twin of the signer does not fit it for strict verifiers.",
	}
	LintIssuerExpired = Sentence{
		Code:    "pki-lint-issuer-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "run `l5d-pki-render doctor`: it prints the commands that repair this, in order",
		Explain: "Leaves under it verify nowhere, and linkerd-identity issues none.",
	}
	LintIssuerNotYetValid = Sentence{
		Code:    "pki-lint-issuer-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "wait until then, or issue it with an earlier notBefore",
		Explain: "linkerd-identity skips an issuer that is not valid yet and does not try again by itself.",
	}
	LintIssuerExpiring = Sentence{
		Code:    "pki-lint-issuer-expiring",
		Text:    "ends at %s, less than 60 days after %s",
		Hint:    "begin the rotation to a new issuer: `l5d-pki-render start issuer`",
		Explain: "The same threshold as `linkerd check` (l5d-identity-issuer-cert-not-expiring-soon).",
	}
	LintIssuerNotCA = Sentence{
		Code:    "pki-lint-issuer-not-ca",
		Text:    "is not a certificate authority",
		Hint:    "issue it with basicConstraints CA:TRUE",
		Explain: "linkerd-identity refuses it.",
	}
	LintIssuerNoCertSign = Sentence{
		Code:    "pki-lint-issuer-no-cert-sign",
		Text:    "has a key usage without certSign",
		Hint:    "issue it again with the key usages certSign and cRLSign",
		Explain: "Go refuses leaves under it. The proxies' verifier does not look at it yet; its next version (rustls-webpki 0.104) does.",
	}
	LintIssuerUsage = Sentence{
		Code:    "pki-lint-issuer-extended-key-usage",
		Text:    "has extended key usages without %s",
		Hint:    "issue it again without extended key usages, or with both serverAuth and clientAuth",
		Explain: "Extended key usages of an issuer limit every leaf below it; without clientAuth or without serverAuth the proxies refuse one side of each connection. With both it works.",
	}
	LintIssuerPathLength = Sentence{
		Code:    "pki-lint-issuer-path-length",
		Text:    "may create further authorities (no pathLen 0)",
		Hint:    "issue it with pathLen 0",
		Explain: "linkerd-identity only signs leaves. pathLen 0 keeps a stolen issuer key from making authorities.",
	}
	LintIssuerAlgorithm = Sentence{
		Code:    "pki-lint-issuer-algorithm",
		Text:    "has %s and is signed with %s",
		Hint:    "use an ECDSA P-256 key, signed with SHA-256 by a P-256 or RSA anchor",
		Explain: "`linkerd check` (l5d-identity-issuer-cert-uses-supported-crypto) accepts nothing else for issuers; it is fatal there.",
	}
	LintIssuerName = Sentence{
		Code:    "pki-lint-issuer-name",
		Text:    "is not named %q",
		Hint:    "use that common name",
		Explain: "Linkerd's documentation asks for identity.<control plane namespace>.<trust domain>; the running parts do not check it.",
	}
	LintIssuerUnverified = Sentence{
		Code:    "pki-lint-issuer-unverified",
		Text:    "is not accepted under the bundle: %s",
		Hint:    "check which anchor signed it",
		Explain: "linkerd-identity keeps its former issuer, or does not start, when the issuer does not verify under the anchors it has loaded.",
	}
	LintOutlivesAnchor = Sentence{
		Code:    "pki-lint-outlives-anchor",
		Text:    "ends at %s, after its anchor (%s)",
		Hint:    "issue it with an end no later than the anchor's",
		Explain: "Go refuses the path once the anchor has ended, so the last part of the validity period is an illusion.",
	}
	LintCrossExpiresFirst = Sentence{
		Code:    "pki-lint-cross-expires-first",
		Text:    "ends at %s, before the issuer (%s)",
		Hint:    "finish the rotation, and drop the cross certificate, well before it ends",
		Explain: "linkerd-identity cuts every leaf's life to the earliest end in the chain it loaded, so an ageing cross certificate makes proxies renew more and more often.",
	}
	LintCrossPathLength = Sentence{
		Code:    "pki-lint-cross-path-length",
		Text:    "is signed by %s, whose pathLen %d allows fewer authorities than this chain has",
		Hint:    "rotate with strategy bundle",
		Explain: "Go counts a cross certificate like any intermediate: linkerd-identity refuses this chain under that anchor.",
	}
	LintGoLeafPathLength = Sentence{
		Code:    "pki-lint-go-leaf-path-length",
		Text:    "is signed by %s, whose pathLen %d makes plain Go verification refuse the leaves of this chain",
		Hint:    "make sure that no Go program verifies mesh leaves itself, or use an anchor without pathLen",
		Explain: "The issuer check of linkerd-identity and the proxies pass; only Go programs that verify a leaf count one authority more than the anchor allows.",
	}
	LintStray = Sentence{
		Code:    "pki-lint-stray",
		Text:    "signed none of the other certificates of the chain",
		Hint:    "remove it from the issuer's chain",
		Explain: "Everything after the first certificate is served to every peer and cuts the leaves' lifetimes, useful or not.",
	}
	LintWebhookExpired = Sentence{
		Code:    "pki-lint-webhook-expired",
		Text:    "is not valid after %s; asked at %s",
		Hint:    "run `l5d-pki-render doctor`: it prints the commands that repair this, in order",
		Explain: "The API server refuses the webhook. With failurePolicy Fail (values-ha.yaml) no pod can be created any more; with Ignore pods start without a proxy.",
	}
	LintWebhookNotYetValid = Sentence{
		Code:    "pki-lint-webhook-not-yet-valid",
		Text:    "is not valid before %s; asked at %s",
		Hint:    "wait until then, or issue it with an earlier notBefore",
		Explain: "The API server refuses the webhook until then.",
	}
	LintWebhookExpiring = Sentence{
		Code:    "pki-lint-webhook-expiring",
		Text:    "ends at %s, less than 60 days after %s",
		Hint:    "begin their rotation: `l5d-pki-render start webhooks`",
		Explain: "The same threshold as `linkerd check` (l5d-…-cert-not-expiring-soon).",
	}
	LintWebhookName = Sentence{
		Code:    "pki-lint-webhook-name",
		Text:    "is not valid for %q (its DNS names: %s)",
		Hint:    "issue it with that name as a subject alternative name",
		Explain: "The API server calls a webhook as <service>.<namespace>.svc and looks at DNS subject alternative names only.",
	}
	LintWebhookUnverified = Sentence{
		Code:    "pki-lint-webhook-unverified",
		Text:    "is not accepted under the caBundle: %s",
		Hint:    "put the certificate that signed it into the caBundle",
		Explain: "The API server verifies the webhook's certificate against the caBundle of its configuration by Go's rules.",
	}
	LintWebhookKey = Sentence{
		Code:    "pki-lint-webhook-key",
		Text:    "does not belong to the private key beside it",
		Hint:    "put the key and the certificate of one pair there",
		Explain: "The webhook's server cannot load a certificate with another key.",
	}
	LintWebhookKeyForm = Sentence{
		Code:    "pki-lint-webhook-key-form",
		Text:    "has a private key in SEC 1 form (EC PRIVATE KEY)",
		Hint:    "convert it: openssl pkcs8 -topk8 -nocrypt -in FILE; with cert-manager set privateKey.encoding: PKCS8",
		Explain: "The policy controller reads PKCS #8 and PKCS #1 (linkerd2#7963); with a SEC 1 key its container does not start.",
	}
)
