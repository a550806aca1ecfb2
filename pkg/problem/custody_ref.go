package problem

// What the custodies say whose keys only the cluster can open, or that hold
// references only (internal/custody: sealed, external, certmanager).
var (
	CustodyNoCertificate = Sentence{
		Code:    "custody-no-certificate",
		Text:    "custody sealed-secret has no controller to seal keys to",
		Hint:    "fetch the controller's certificate with `kubeseal --fetch-cert > sealing.crt`, and set spec.custody.certificate: sealing.crt",
		Explain: "Keys are sealed offline to the certificate of the cluster's sealed-secrets controller, which alone can open them.",
	}
	CustodySealingCertificate = Sentence{
		Code:    "custody-sealing-certificate",
		Text:    "keys cannot be sealed to this file: %s",
		Hint:    "fetch the controller's certificate anew: `kubeseal --fetch-cert`",
		Explain: "spec.custody.certificate names the certificate (PEM, RSA) of the sealed-secrets controller. A key sealed to anything else could never be opened.",
	}
	CustodyNoKubeseal = Sentence{
		Code:    "custody-no-kubeseal",
		Text:    "the program %q cannot be found; this custody uses the kubeseal that you have",
		Hint:    "install it into the PATH, or name it with L5D_PKI_KUBESEAL_PROGRAM",
		Explain: "SealedSecrets are encrypted by kubeseal itself, offline. Nothing was written.",
	}
	CustodyKubeseal = Sentence{
		Code:    "custody-kubeseal",
		Text:    "kubeseal failed: %s",
		Hint:    "check spec.custody.certificate with `kubeseal --cert FILE` by hand; an expired certificate is fetched anew with `kubeseal --fetch-cert`",
		Explain: "The program ran and refused. It was given the Secret on its standard input, `--cert`, `--scope strict` and `--format json`. Nothing was written.",
	}
	CustodySealedResult = Sentence{
		Code:    "custody-sealed-result",
		Text:    "kubeseal did not seal the key and only the key: %s",
		Hint:    "check that L5D_PKI_KUBESEAL_PROGRAM names kubeseal itself, of version 0.16 or later",
		Explain: "What came back has to be a SealedSecret of the strict scope for the name and namespace that were asked for, with the key's field and no other, of the size that the key sealed to the certificate has. The result was thrown away.",
	}
	CustodySealedWide = Sentence{
		Code:    "custody-sealed-wide",
		Text:    "the key was sealed in a wider scope than strict",
		Hint:    "seal the key again in the strict scope, which is kubeseal's default",
		Explain: "A SealedSecret of the scopes namespace-wide and cluster-wide opens under any name: who may create SealedSecrets anywhere in the scope can read the key.",
	}
	CustodySealedUnsaid = Sentence{
		Code:    "custody-sealed-unsaid",
		Text:    "the key file does not say whose key it holds, and only the cluster can open it; the certificate is %s",
		Hint:    "if you know that it is this certificate's key, say so in the file:",
		Explain: "A key file of this custody has the annotation l5d-pki-render/spki-sha256 in its template, the SHA-256 of the public key. Without it nothing keeps two swapped files from reaching the cluster.",
	}
	CustodySealedElsewhere = Sentence{
		Code:    "custody-sealed-elsewhere",
		Text:    "the key was sealed for the Secret %s and would not open as %s",
		Hint:    "restore the names (spec.linkerd.namespace), or begin a rotation, whose new key is sealed for the new place",
		Explain: "The strict scope binds a sealed key to one name in one namespace. A SealedSecret that was moved does not open, and the pods that mount its Secret would hang.",
	}
	CustodyNoStore = Sentence{
		Code:    "custody-no-store",
		Text:    "custody external-secret has no store to refer to",
		Hint:    "set spec.custody.store: NAME, and storeKind: ClusterSecretStore if it is one",
		Explain: "An ExternalSecret names the SecretStore that has the key.",
	}
	CustodyNoRemoteKey = Sentence{
		Code:    "custody-no-remote-key",
		Text:    "nothing says under which name the store has this certificate's key",
		Hint:    "add `key: NAME` beside the certificate; start does so with --issuer-key NAME; spec.custody.remotePrefix is put before all of them",
		Explain: "With custody external-secret `key` in the state is a name in the store, not a path. Which name is referred to is what a phase decides.",
	}
	CustodyKeyOut = Sentence{
		Code:    "custody-key-out",
		Text:    "custody %q keeps keys itself: there is nothing to take out with --key-out",
		Hint:    "leave --key-out out",
		Explain: "--key-out is for custodies whose keys the user stores elsewhere (external-secret).",
	}
	CustodyWebhook = Sentence{
		Code:    "custody-webhook",
		Text:    "custody cert-manager keeps no certificate of the webhook %q",
		Hint:    "take the webhook out of status.webhooks and let cert-manager's injector serve it: injectCaFrom and externalSecret: true in the chart's values",
		Explain: "Certificates of webhooks that cert-manager makes are renewed by it and trusted by its injector; no rotation of ours is needed.",
	}
	CustodyScheme = Sentence{
		Code:    "custody-scheme",
		Text:    "custody cert-manager writes Secrets of type kubernetes.io/tls, and the issuer scheme is linkerd.io/tls",
		Hint:    "set identity.issuer.scheme: kubernetes.io/tls in the chart's values, and issuerScheme here",
		Explain: "cert-manager writes tls.crt, tls.key and ca.crt; with the scheme linkerd.io/tls identity looks for crt.pem and key.pem.",
	}
	CustodyCrossSign = Sentence{
		Code:    "custody-cross-sign",
		Text:    "custody cert-manager cannot serve a cross certificate",
		Hint:    "start anchor --strategy bundle",
		Explain: "cert-manager's CA issuer writes chains that it builds itself, and refuses cross-signed ones (cert-manager#7645). Rotations of anchors go by bundle.",
	}
	CustodyRenewBefore = Sentence{
		Code:    "custody-renew-before",
		Text:    "renewBefore is %s; cert-manager takes %s or more",
		Hint:    "set spec.custody.renewBefore: a third of validity.issuer is the default",
		Explain: "cert-manager refuses a Certificate that is renewed later than five minutes before its end.",
	}
	CustodyRenewal = Sentence{
		Code:    "custody-renewal",
		Text:    "cert-manager would renew the issuer every %s, and a phase of a rotation lasts %s at least",
		Hint:    "set a longer spec.validity.issuer or a shorter spec.custody.renewBefore",
		Explain: "Each renewal brings an issuer with a new key. Inside a phase that waits for the leaves of the old issuer to expire it would switch the issuer behind the gate's back. From one renewal to the next (validity.issuer less renewBefore) there has to be room for a phase: leaf lifetime and clock skew.",
	}
	CustodyForeignAnchor = Sentence{
		Code:    "custody-foreign-anchor",
		Text:    "cert-manager does not have the anchor %q: its key is not %q",
		Hint:    "bring an anchor that `l5d-pki-render custody incoming --name NAME` made, under that name",
		Explain: "The Certificate of the issuer names the ClusterIssuer of its anchor. With this custody `key` of an anchor in the state is the name of the Secret, in cert-manager's namespace, that holds it; an anchor without it is never written as a Certificate, since cert-manager would make another one in its place.",
	}
	CustodyNotCertManager = Sentence{
		Code:    "custody-not-cert-manager",
		Text:    "custody %q makes no anchors in the cluster",
		Hint:    "start anchor makes one here",
		Explain: "The command prints objects of cert-manager, for custody cert-manager.",
	}
	CustodyLongName = Sentence{
		Code:    "custody-long-name",
		Text:    "the anchor's name would be %q, longer than %d characters",
		Hint:    "give a shorter --name",
		Explain: "X.509 allows 64 characters for a common name (RFC 5280, ub-common-name).",
	}
	CustodyUnnamed = Sentence{
		Code:    "custody-unnamed",
		Text:    "the anchor's name decides which ClusterIssuer signs, and none was given",
		Hint:    "add --name NAME, the name that `l5d-pki-render custody incoming --name NAME` was given",
		Explain: "With custody cert-manager the objects of an anchor carry its name in the state.",
	}
	CustodyNoReadBack = Sentence{
		Code:    "custody-no-read-back",
		Text:    "with custody %q issuers are made here, not in the cluster",
		Hint:    "start issuer begins the rotation of an issuer",
		Explain: "read-back is for custodies in which something else makes or renews the issuer (cert-manager, external-secret).",
	}
)
