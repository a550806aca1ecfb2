package problem

// What pkg/render says.
var (
	RenderOneAnchor = Sentence{
		Code:    "render-one-anchor",
		Text:    "anchor %q holds %d certificates, wants one",
		Hint:    "give every trust anchor an entry of its own under status.anchors",
		Explain: "Each entry of status.anchors is one certificate: the roles of the phases are given per entry. A file with several CERTIFICATE blocks is split into several entries.",
	}
	RenderAdoptedBundle = Sentence{
		Code:    "render-adopted-bundle",
		Text:    "the adopted bundle holds %d certificates and differs from the %d that the phase delivers",
		Hint:    "remove status.adoptedBundle: it may stay only until the first change of phase",
		Explain: "status.adoptedBundle keeps the bytes of a running mesh's bundle, so that adopting it restarts nothing. It must hold the same certificates in the same order as the phase's bundle; after the first change of phase it goes.",
	}
	RenderForeignKey = Sentence{
		Code:    "render-foreign-key",
		Text:    "the key in %q is not the key of certificate %s",
		Hint:    "point `key` at the file that belongs to this certificate",
		Explain: "The public key of the private key file and the one in the certificate differ. Identity would refuse the pair and keep the old issuer, or crash at its next start.",
	}
	RenderNoKeyPath = Sentence{
		Code:    "render-no-key-path",
		Text:    "no key is named, and the stream's Secret needs one",
		Hint:    "add `key: PATH` beside the certificate",
		Explain: "The Secret in the stream carries a private key, so the state file must say where this certificate's key lives.",
	}
	RenderKeyAbsent = Sentence{
		Code:    "render-key-absent",
		Text:    "the key %q was not handed in",
		Hint:    "run where the custody's keys can be read, or render without keys",
		Explain: "The stream's Secret carries a private key. With custody file the command reads it from the path in the state file; that file could not be used here.",
	}
	RenderLeavesOut = Sentence{
		Code:    "render-leaves-out",
		Text:    "the stream has Secrets whose keys the custody does not give to a cluster, and nothing says what becomes of them: %s",
		Hint:    "--with-keys opens the keys and writes them, for a live host; --secrets-apart leaves the Secrets out, once something else delivers them (programs: SecretsApart of the call)",
		Explain: "Left out in silence, such a Secret would be deleted from the cluster by whatever applies the stream and removes what is no longer there: helm upgrade, or a host that prunes. Without its issuer identity signs nothing. Custody age has no object that a cluster could open; so the caller says whether keys are wanted (L5D_PKI_WITH_KEYS=true) or come from elsewhere (L5D_PKI_SECRETS_APART=true). A release that already holds the Secret deletes it at the next upgrade: annotate the live one with helm.sh/resource-policy=keep first.",
	}
	RenderUnknownGroup = Sentence{
		Code:    "render-unknown-group",
		Text:    "there is no group %q",
		Hint:    "the groups are control-plane, viz, jaeger, multicluster, workloads",
		Explain: "--require takes the name of a group of objects that the stream must have.",
	}
	RenderEmptyStream = Sentence{
		Code:    "render-empty-stream",
		Text:    "the stream is empty",
		Hint:    "Helm 3's --output-dir sends its post-renderer nothing and writes unedited files: drop that flag and redirect stdout",
		Explain: "An empty stream is never rendered to an empty stream: a GitOps controller could take it for \"delete everything\". Helm 3 calls a post-renderer with empty input under --output-dir; a failed program earlier in a pipe looks the same (`set -o pipefail`).",
	}
	RenderHugeStream = Sentence{
		Code:    "render-huge-stream",
		Text:    "the stream is larger than the cap: %d MiB, at most %d MiB",
		Hint:    "feed one release at a time",
		Explain: "A cap keeps a runaway input from exhausting the host. No Linkerd chart comes near it.",
	}
	RenderNotText = Sentence{
		Code:    "render-not-text",
		Text:    "the stream is not YAML text: %s at byte %d",
		Hint:    "feed manifests in UTF-8, not an archive and not UTF-16",
		Explain: "YAML manifests are UTF-8. The byte named is the first that cannot be; most often the input is compressed, or was written by a tool that uses UTF-16.",
	}
	RenderCutStream = Sentence{
		Code:    "render-cut-stream",
		Text:    "the stream ends inside a line after %d bytes: it was cut",
		Hint:    "run the program that makes it with `set -o pipefail`, and look at its own error",
		Explain: "Helm ends every stream with a newline, so one without was cut on its way. A shorter stream than the release would delete objects.",
	}
	RenderCutDocument = Sentence{
		Code:    "render-cut-document",
		Text:    "document %d, the last one, has no %s: the stream was cut, or this is no Kubernetes object",
		Hint:    "run the program that makes it with `set -o pipefail`, and look at its own error",
		Explain: "Every Kubernetes object has apiVersion, kind and metadata.name. The last document of a stream that was cut often lacks one of them.",
	}
	RenderNothing = Sentence{
		Code:    "render-nothing",
		Text:    "none of the %d documents belongs to Linkerd's control plane, its extensions or a meshed workload",
		Hint:    "feed the render of a Linkerd chart; --allow-nothing lets a stream pass unchanged; check spec.linkerd.namespace",
		Explain: "The stream holds nothing that a rotation changes, which most often means that the wrong chart or the wrong namespace was rendered. Objects are matched by kind, name and namespace.",
	}
	RenderMissingGroup = Sentence{
		Code:    "render-missing-group",
		Text:    "the stream has nothing of the required group %q",
		Hint:    "feed the render of that chart, or drop --require",
		Explain: "--require says that the stream must have a group of objects. None of its objects was found.",
	}
	RenderMissingTarget = Sentence{
		Code:    "render-missing-target",
		Text:    "no document matches %s",
		Explain: "The stream holds a control plane, but not this object, which every phase edits. Without it the rest of the control plane would get a bundle or an issuer that this object contradicts.",
	}
	RenderDoubledTarget = Sentence{
		Code:    "render-doubled-target",
		Text:    "is in the stream twice: in documents %d and %d",
		Hint:    "feed one release at a time; a Helm hook's copy does not count",
		Explain: "An object that the phase edits is in the stream more than once; whichever is applied last would win. Two releases in one stream, or a chart and a patch of the same object, do that.",
	}
	RenderNotName = Sentence{
		Code:    "render-not-name",
		Text:    "%s must be %s",
		Hint:    "write the value in quotes, or remove the field: an object without a namespace is in that of the release",
		Explain: "Objects are recognized by their names, namespaces and some labels and annotations, which Kubernetes takes as strings. Readers of YAML differ in values such as false, 0, no, [] and those with tags: for one it is a name, for another nothing, so that another object would be applied than the one that was looked at. null, ~ and nothing mean for all of them that the field is not set. A namespace with spaces, capitals or text that something replaces later is refused for the objects of Linkerd.",
	}
	RenderMissingField = Sentence{
		Code:    "render-missing-field",
		Text:    "has no field %s",
		Hint:    "check that spec.linkerd.version names the chart's version",
		Explain: "The object was found, but lacks a field that the charts of this family have. Most often the state names another version than the chart.",
	}
	RenderImmutable = Sentence{
		Code:    "render-immutable",
		Text:    "has `immutable: true`, and the phase changes its data",
		Hint:    "leave `immutable` out of what the chart or your patches render; an object that is immutable in the cluster has to be deleted before the host applies it again",
		Explain: "The API server refuses every change of the data of an immutable ConfigMap or Secret. A host would report an error, or apply the rest of the phase beside the old data.",
	}
	RenderForeignSecret = Sentence{
		Code:    "render-foreign-secret",
		Text:    "is in the stream, but status.webhooks.%s says that someone else delivers it",
		Hint:    "set externalSecret: true for this webhook in the chart's values, or list its certificate and key in the state",
		Explain: "A webhook that the state lists with a caBundle alone has its Secret from elsewhere. A Secret made up by the chart would overwrite it with a certificate that the caBundle does not trust.",
	}
	RenderStaleSecret = Sentence{
		Code:    "render-stale-secret",
		Text:    "does not hold %s with its key, and no private key is at hand here to set it right",
		Hint:    "take the Secret out of the input (kustomize: a patch with `$patch: delete`) and deliver it by hand or by the custody's object (docs/delivery.md)",
		Explain: "Some hosts get no private keys: a KRM function, for one. A Secret that carries the phase's certificate and the key that belongs to it may be in the input and stays as it is. Another one would be applied beside a trust bundle or a caBundle that contradicts it, so it is refused.",
	}
	RenderKeyLeft = Sentence{
		Code:    "render-key-left",
		Text:    "the output would hold a private key, and it must hold none",
		Hint:    "take the object with the key out of the input; for a live host use --with-keys",
		Explain: "Without keys the output may go to Git. Secrets of Linkerd with private keys are left out; a key in another object, or in a Secret that programs do not all read as one, cannot be.",
	}
	RenderOtherFamily = Sentence{
		Code:    "render-other-family",
		Text:    "the stream was rendered by Linkerd %q, the state says %q: another chart family",
		Hint:    "set spec.linkerd.version to the version of the chart that is rendered",
		Explain: "The charts keep the bundle in other places in 2.10, 2.11, 2.12 and from 2.13 on. The version in linkerd-config (linkerdVersion) must be of the family that the state selects.",
	}
	RenderOtherNamespace = Sentence{
		Code:    "render-other-namespace",
		Text:    "the stream has the %s of a mesh in namespace %q (%s), but %s is %q",
		Hint:    "set that field to the namespace of the mesh, or feed the stream of the mesh that this state describes",
		Explain: "A control plane, an extension or a proxy in the stream belongs to another namespace than the state says. Webhook configurations, API services and bundles in environment variables do not depend on the namespace, so a part of another mesh would be edited and the rest would not. Nothing is edited instead.",
	}
	RenderOtherTrustDomain = Sentence{
		Code:    "render-other-trust-domain",
		Text:    "the stream has trust domain %q, but spec.linkerd.trustDomain is %q",
		Hint:    "set spec.linkerd.trustDomain to the chart's identityTrustDomain, or feed the stream of the mesh that this state describes",
		Explain: "Identity signs for one trust domain. A stream with another one is another mesh, or a change of the trust domain, which is no rotation: every proxy would have to restart at once.",
	}
	RenderLongLeaf = Sentence{
		Code:    "render-long-leaf",
		Text:    "the stream has %s %s, longer than %s of the state, which is %s",
		Hint:    "set spec.leaf in the state file to what the chart has, or take the setting out of the chart's values",
		Explain: "A rotation waits until the leaves of the issuer before have expired, and counts their life from the state. Where they live longer than that, the old anchor is dropped while they are in use, and connections fail.",
	}
	RenderUnreadSetting = Sentence{
		Code:    "render-unread-setting",
		Text:    "%s cannot be compared with the state: %s",
		Hint:    "write the value itself in its place, such as 24h0m0s: of references, those to literal variables of the same container are read",
		Explain: "Kubernetes replaces $(NAME) in a container's command and arguments with the variable of that name. Where the variable comes from a ConfigMap, a Secret, a field or nowhere, or where a shell starts the program, the stream does not say which trust domain, namespace or life of leaves Linkerd gets. A length of time that cannot be read is replaced by identity's default, with a warning in its log.",
	}
	RenderOtherScheme = Sentence{
		Code:    "render-other-scheme",
		Text:    "the stream has identity.issuer.scheme %q, the state says %q",
		Hint:    "set spec.linkerd.issuerScheme to the chart's value",
		Explain: "The scheme decides which keys the issuer Secret has and who delivers it. Chart and state must agree.",
	}
	RenderOtherCA = Sentence{
		Code:    "render-other-external-ca",
		Text:    "the stream has identity.externalCA %t, the state says %t",
		Hint:    "set spec.linkerd.externalCA to the chart's value",
		Explain: "With identity.externalCA the chart renders no trust roots and something else delivers them. Chart and state must agree.",
	}
	RenderNoKeys = Sentence{
		Code:    "render-no-keys",
		Text:    "layout embedded carries the issuer's private key, and it was not asked for",
		Hint:    "use --with-keys where the output goes to a live host and not to Git; for Git use `post-render`, or issuer scheme kubernetes.io/tls (docs/delivery.md)",
		Explain: "Helm values with keyPEM hold a private key in clear. They may go to a live host, never to Git.",
	}
	RenderLayoutScheme = Sentence{
		Code:    "render-layout-scheme",
		Text:    "layout %s means issuer scheme %s, and this mesh uses %s",
		Hint:    "without --layout, commands follow spec.linkerd.issuerScheme; for values in Git move the mesh to kubernetes.io/tls first (docs/delivery.md, \"Change the issuer scheme\"), or render with `post-render`",
		Explain: "Identity reads crt.pem and key.pem with scheme linkerd.io/tls, and tls.crt and tls.key with kubernetes.io/tls. With linkerd.io/tls the chart renders the issuer Secret itself and needs its key in the values, so values without keys exist for kubernetes.io/tls only. Values of the other scheme restart identity with a Secret that it cannot read.",
	}
	RenderUnknownLayout = Sentence{
		Code:    "render-unknown-layout",
		Text:    "there is no layout %q",
		Hint:    "the layouts are external and embedded",
		Explain: "Layout external renders no issuer Secret by the chart; layout embedded puts issuer and key into the values.",
	}
	RenderUnknownChart = Sentence{
		Code:    "render-unknown-chart",
		Text:    "there are no values for chart %q",
		Hint:    "the charts are control-plane, viz and jaeger",
		Explain: "Values are written for one chart at a time, since each has keys of its own.",
	}
	RenderNoValues = Sentence{
		Code:    "render-no-values",
		Text:    "the state lists nothing that chart %q takes as values",
		Hint:    "list the chart's webhooks under status.webhooks (tap and tapInjector for viz, jaeger for jaeger)",
		Explain: "The extension charts carry no trust anchors; their only PKI values are the certificates of their webhooks.",
	}
	RenderNoManifests = Sentence{
		Code:    "render-no-manifests",
		Text:    "there is nothing to write: the chart renders every object itself that this call asks for",
		Hint:    "--all writes every object, --with-keys adds the Secrets that the chart does not render (for a live host, never for Git)",
		Explain: "manifests writes what the chart fed with `values` does not render: the trust roots under externalCA, the issuer and webhook Secrets. Secrets carry keys and are written with --with-keys only.",
	}
	RenderNoAnnotate = Sentence{
		Code:    "render-no-annotate",
		Text:    "annotations were asked for, and there is no ConfigMap %s to carry them",
		Hint:    "use --annotate where the ConfigMap is written: `manifests` with identity.externalCA, post-render or chart otherwise; charts of 2.10 have none",
		Explain: "--annotate writes epoch, phase and the bundle's hash on the ConfigMap of the trust roots, so that an admission policy can refuse an older phase. Without the ConfigMap the policy would see nothing and protect nothing.",
	}
	RenderNoRoll = Sentence{
		Code:    "render-no-roll",
		Text:    "nothing restarts the control plane when the bundle changes: this chart's pods carry no hash of it",
		Hint:    "set spec.linkerd.rollControlPlane: true, or restart the three Deployments by hand in every anchor phase",
		Explain: "Identity and its proxies read the trust bundle once, when they start. Charts of 2.11, and every chart under identity.externalCA, have no pod annotation that follows the bundle, so a new bundle reaches nobody until the pods are restarted. With rollControlPlane the tool adds an annotation of its own.",
	}
	RenderUnpinned = Sentence{
		Code:    "render-unpinned",
		Text:    "this webhook is not listed, so its certificate is made up anew at every render of the chart",
		Hint:    "list its certificate, caBundle and key under status.webhooks",
		Explain: "The charts make self-signed webhook certificates at render time. Under GitOps every sync then replaces them and restarts two Deployments; a rotation's pull request carries changes that have nothing to do with it.",
	}
	RenderSecretInList = Sentence{
		Code:    "render-secret-in-list",
		Text:    "the Secret is inside a List, where nothing can replace it",
		Hint:    "feed manifests, one object per document (`helm template`, `kubectl get -o json | jq .items[]`), or use --with-keys where the output goes to a live host",
		Explain: "With every custody but file, the custody's own object replaces a Secret with a private key, or nothing does. Only whole documents are replaced.",
	}
	RenderNothingLeft = Sentence{
		Code:    "render-nothing-left",
		Text:    "the stream has nothing but Secrets with private keys, and this custody leaves them out",
		Hint:    "feed the whole render, or use --with-keys where the output goes to a live host",
		Explain: "Empty output is never success: Helm and Argo CD would take it for a release without objects.",
	}
)
