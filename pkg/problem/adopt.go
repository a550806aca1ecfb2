package problem

// What adopting a running mesh says (pkg/render's Adopt, the command init).
var (
	AdoptNoSource = Sentence{
		Code:    "adopt-no-source",
		Text:    "nothing says which mesh to adopt",
		Hint:    "give --stream FILE (a rendered chart or a kubectl dump), --from-values FILE, or --anchors with --issuer; --new makes a first PKI",
		Explain: "init writes a state file from what a mesh has: a stream of manifests, Helm values, or the certificates themselves. Without any of them it would have to make up a PKI, which only --new does.",
	}
	AdoptKeyOut = Sentence{
		Code:    "adopt-key-out",
		Text:    "custody %q keeps no key files, so the new keys need a place from which you put them into the store",
		Hint:    "add --key-out FOLDER, outside of Git; store each key under the name that is printed, then destroy the files",
		Explain: "With custody external-secret the state names keys by their names in a store, and an operator in the cluster fetches them. init --new makes the first keys, and hands them out once.",
	}
	AdoptScheme = Sentence{
		Code:    "adopt-scheme",
		Text:    "--issuer-scheme is for a new mesh, and this one runs",
		Hint:    "leave the flag out: init writes the scheme that the mesh has; docs/delivery.md says how to change it",
		Explain: "The issuer scheme says which form the issuer's Secret has. A running mesh has one already, and identity reads no other. With --new nothing runs yet, so the flag chooses.",
	}
	AdoptVerify = Sentence{
		Code:    "adopt-verify",
		Text:    "--verify compares a stream with a state file, and one of them is missing",
		Hint:    "give --stream FILE (the render or dump that was adopted) and a state file that is not stdout: `l5d-pki-render init --verify --stream before.yaml -s rotation.yaml`",
		Explain: "init --verify renders the stream with the state file and says which fields would change; for an adopted mesh that is none. It prints no manifest, so no private key of the stream reaches the terminal, and it needs no key of the custody.",
	}
	AdoptNoConfig = Sentence{
		Code:    "adopt-no-config",
		Text:    "the stream has no ConfigMap linkerd-config with data.values (%s)",
		Hint:    "feed the whole render of the control plane, or `kubectl get configmap,secret,deployment,cronjob,mutatingwebhookconfiguration,validatingwebhookconfiguration -n linkerd -o yaml`; --namespace names the control plane's namespace",
		Explain: "linkerd-config holds the values that the control plane was installed with: version, trust domain, issuer scheme and the trust anchors as they were given. Without it nothing tells how the mesh was made.",
	}
	AdoptTwoMeshes = Sentence{
		Code:    "adopt-two-meshes",
		Text:    "more than one namespace has a linkerd-config: %s",
		Hint:    "name the control plane's namespace with --namespace",
		Explain: "A state file describes one control plane. Objects of another namespace are left aside once --namespace says which one is meant.",
	}
	AdoptNoVersion = Sentence{
		Code:    "adopt-no-version",
		Text:    "the Linkerd version cannot be told (found: %s)",
		Hint:    "give --linkerd-version, like 2.14.10 or edge-25.4.4",
		Explain: "The version selects the chart family, which decides where the bundle is. It is read from linkerdVersion in linkerd-config or from the annotation linkerd.io/created-by; builds of one's own and bare values do not name a release.",
	}
	AdoptContradiction = Sentence{
		Code:    "adopt-contradiction",
		Text:    "the %s is %q here, and %q by the flag",
		Hint:    "drop the flag, or feed the input of the mesh that you mean",
		Explain: "A flag that says something else than the mesh's own manifests would make a state that does not fit them. Flags are for what the input does not say.",
	}
	AdoptNoAnchors = Sentence{
		Code:    "adopt-no-anchors",
		Text:    "no trust anchors were found: identityTrustAnchorsPEM is empty, and ConfigMap linkerd-identity-trust-roots is absent",
		Hint:    "give --anchors FILE with the bundle that the mesh trusts: `kubectl get configmap linkerd-identity-trust-roots -n linkerd -o jsonpath='{.data.ca-bundle\\.crt}'`",
		Explain: "Charts with identity.externalCA: true render no trust anchors, since something else delivers them. A dump of the running cluster holds them; otherwise they are brought as a file.",
	}
	AdoptNoIssuer = Sentence{
		Code:    "adopt-no-issuer",
		Text:    "no issuer certificate was found: neither in identity.issuer.tls.crtPEM nor in a Secret linkerd-identity-issuer",
		Hint:    "give --issuer FILE with the certificate: `kubectl get secret linkerd-identity-issuer -n linkerd -o jsonpath='{.data.tls\\.crt}' | base64 -d`",
		Explain: "With identity.issuer.scheme kubernetes.io/tls the chart renders no issuer Secret, since something else delivers it (cert-manager, a SealedSecret). A dump of the running cluster holds it; otherwise the certificate is brought as a file. The private key is not needed.",
	}
	AdoptOtherAnchors = Sentence{
		Code:    "adopt-other-anchors",
		Text:    "the trust anchors differ: %s holds %s, %s holds %s",
		Hint:    "find out which bundle the proxies run with (`linkerd identity`, pod annotation linkerd.io/trust-root-sha256), bring both places in line, then adopt",
		Explain: "linkerd-config, the trust roots that pods mount, and the file that was brought must hold the same certificates. Where they differ, somebody changed one of them by hand or a rotation stopped half-way, and whichever is adopted, rendering would change what the other half of the mesh trusts. Fingerprints are the first 16 hex digits of the SHA-256 of the DER.",
	}
	AdoptOtherIssuer = Sentence{
		Code:    "adopt-other-issuer",
		Text:    "the issuer certificates differ: %s holds %s, %s holds %s",
		Hint:    "name the one that identity signs with by --issuer FILE; the other is written anew when the state is rendered",
		Explain: "identity signs with the certificate in the Secret; linkerd-config repeats it for Linkerd's own checks. They differ after the Secret was replaced by hand. Fingerprints are the first 16 hex digits of the SHA-256 of the DER.",
	}
	AdoptBothSources = Sentence{
		Code:    "adopt-both-sources",
		Text:    "a stream and Helm values were both given",
		Hint:    "give the one that describes what runs: a rendered chart or a dump says more than values",
		Explain: "The linkerd-config of a running mesh has its values already. Two descriptions of one mesh could contradict each other.",
	}
	AdoptNoBase64 = Sentence{
		Code:    "adopt-no-base64",
		Text:    "data[%q] is not base64",
		Hint:    "feed the Secret as the chart or the cluster writes it; encrypted or templated Secrets cannot be adopted from",
		Explain: "The values under `data` of a Secret are base64. A placeholder that some other tool fills in later has no certificate to adopt yet: bring the certificate as a file.",
	}
	AdoptCustody = Sentence{
		Code:    "adopt-custody",
		Text:    "custody %q keeps no key files, and --keys-dir asks for some",
		Hint:    "leave --keys-dir out, or use a custody that keeps key files: age, sops, sealed-secret, file",
		Explain: "With custodies external-secret and cert-manager private keys live in a store or in the cluster and never pass through this tool.",
	}
	AdoptTwoValues = Sentence{
		Code:    "adopt-two-values",
		Text:    "the file holds values of more than one control plane: %s",
		Hint:    "write those of one control plane into a file of its own and give that with --from-values",
		Explain: "In the values of an umbrella chart, Linkerd's are below the name or alias of the dependency. A state file describes one control plane, and the tool does not choose between several.",
	}
)
