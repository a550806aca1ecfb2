package problem

// What the custodies say whose keys only the cluster can open, or that hold
// references only (internal/custody: sealed, external, certmanager).
var (
	CustodyNoCertificate = define(Sentence{
		Code:    "custody-no-certificate",
		Text:    "custody sealed-secret has no controller to seal keys to",
		Hint:    "fetch the controller's certificate with `kubeseal --fetch-cert > sealing.crt`, and set spec.custody.certificate: sealing.crt",
		Explain: "Keys are sealed offline to the certificate of the cluster's sealed-secrets controller, which alone can open them.",
	})
	CustodySealingCertificate = define(Sentence{
		Code:    "custody-sealing-certificate",
		Text:    "keys cannot be sealed to this file: %s",
		Hint:    "fetch the controller's certificate anew: `kubeseal --fetch-cert`",
		Explain: "spec.custody.certificate names the certificate (PEM, RSA) of the sealed-secrets controller. A key sealed to anything else could never be opened.",
	})
	CustodyNoKubeseal = define(Sentence{
		Code:    "custody-no-kubeseal",
		Text:    "the program %q cannot be found; this custody uses the kubeseal that you have",
		Hint:    "install it into the PATH, or name it with L5D_PKI_KUBESEAL_PROGRAM",
		Explain: "SealedSecrets are encrypted by kubeseal itself, offline. Nothing was written.",
	})
	CustodyKubeseal = define(Sentence{
		Code:    "custody-kubeseal",
		Text:    "kubeseal failed: %s",
		Hint:    "check spec.custody.certificate with `kubeseal --cert FILE` by hand; an expired certificate is fetched anew with `kubeseal --fetch-cert`",
		Explain: "The program ran and refused. It was given the Secret on its standard input, `--cert`, `--scope strict` and `--format json`. Nothing was written.",
	})
	CustodySealedResult = define(Sentence{
		Code:    "custody-sealed-result",
		Text:    "kubeseal did not seal the key and only the key: %s",
		Hint:    "check that L5D_PKI_KUBESEAL_PROGRAM names kubeseal itself, of version 0.16 or later",
		Explain: "What came back has to be a SealedSecret of the strict scope for the name and namespace that were asked for, with the key's field and no other, of the size that the key sealed to the certificate has. The result was thrown away.",
	})
	CustodySealedWide = define(Sentence{
		Code:    "custody-sealed-wide",
		Text:    "the key was sealed in a wider scope than strict",
		Hint:    "seal the key again in the strict scope, which is kubeseal's default",
		Explain: "A SealedSecret of the scopes namespace-wide and cluster-wide opens under any name: who may create SealedSecrets anywhere in the scope can read the key.",
	})
	CustodySealedUnsaid = define(Sentence{
		Code:    "custody-sealed-unsaid",
		Text:    "the key file does not say whose key it holds, and only the cluster can open it; the certificate is %s",
		Hint:    "if you know that it is this certificate's key, say so in the file:",
		Explain: "A key file of this custody has the annotation l5d-pki-render/spki-sha256 in its template, the SHA-256 of the public key. Without it nothing keeps two swapped files from reaching the cluster.",
	})
	CustodySealedElsewhere = define(Sentence{
		Code:    "custody-sealed-elsewhere",
		Text:    "the key was sealed for the Secret %s and would not open as %s",
		Hint:    "restore the names (spec.linkerd.namespace), or begin a rotation, whose new key is sealed for the new place",
		Explain: "The strict scope binds a sealed key to one name in one namespace. A SealedSecret that was moved does not open, and the pods that mount its Secret would hang.",
	})
	CustodyNoStore = define(Sentence{
		Code:    "custody-no-store",
		Text:    "custody external-secret has no store to refer to",
		Hint:    "set spec.custody.store: NAME, and storeKind: ClusterSecretStore if it is one",
		Explain: "An ExternalSecret names the SecretStore that has the key.",
	})
	CustodyNoRemoteKey = define(Sentence{
		Code:    "custody-no-remote-key",
		Text:    "nothing says under which name the store has this certificate's key",
		Hint:    "add `key: NAME` beside the certificate; start does so with --issuer-key NAME; spec.custody.remotePrefix stands before all of them",
		Explain: "With custody external-secret `key` in the state is a name in the store, not a path. Which name is referred to is what a phase decides.",
	})
	CustodyKeyOut = define(Sentence{
		Code:    "custody-key-out",
		Text:    "custody %q keeps keys itself: there is nothing to take out with --key-out",
		Hint:    "leave --key-out out",
		Explain: "--key-out is for custodies whose keys the user stores elsewhere (external-secret).",
	})
)
