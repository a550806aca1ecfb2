package problem

// What pkg/survey says of a repository.
var (
	SurveyShadowedBundle = Sentence{
		Code:    "survey-shadowed-bundle",
		Text:    "identityTrustAnchorsPEM in %s takes precedence over every values file; it holds %s, the phase delivers %s",
		Hint:    "remove it here, so that the values which are written from the state decide",
		Explain: "Argo CD merges helm.parameters over helm.valuesObject over helm.values over valueFiles; Flux merges a HelmRelease's inline values over valuesFrom, and entries with a targetPath over both; kustomize merges valuesInline over valuesFile. A bundle at such a place silently beats the file that the phase changes: the pull request of a phase merges, and the mesh keeps the bundle that it had. It is an error where the certificates differ now, a warning where they will differ at the next phase.",
	}
	SurveyOtherBundle = Sentence{
		Code:    "survey-other-bundle",
		Text:    "the trust bundle here holds %s, the phase delivers %s",
		Hint:    "write this file from the state file, or remove the bundle from it",
		Explain: "A values file, a ConfigMap or a rendered manifest carries a trust bundle that is not the one of the state's phase, nor that of another state file in this repository. If it is applied, proxies and identity get anchors that the rotation does not know of.",
	}
	SurveyBundleUnread = Sentence{
		Code:    "survey-bundle-unread",
		Text:    "the trust bundle is set here from %s, which was not read; the phase delivers %s",
		Hint:    "hand over the file that the state writes (an output of kind `values` has it), or make sure that both change together",
		Explain: "Terraform, a script or a job of CI hands Linkerd a trust bundle from a variable, another resource or a file that is not in the repository. lint cannot compare it with the state's; if it is another one, whoever runs last decides which anchors the mesh has.",
	}
	SurveyShadowedIssuer = Sentence{
		Code:    "survey-shadowed-issuer",
		Text:    "identity.issuer.tls.%s in %s takes precedence over every values file, so the issuer stays when the phase changes",
		Hint:    "remove it here, so that the values which are written from the state decide",
		Explain: "The order in which Argo CD, Flux and kustomize merge values puts this place above values files. The phase that changes the issuer would change nothing; with the certificate at one place and the key at another, identity would get a pair that does not fit.",
	}
	SurveyOtherIssuer = Sentence{
		Code:    "survey-other-issuer",
		Text:    "identity.issuer.tls.crtPEM holds %s, the phase signs with %s",
		Hint:    "write this file from the state file, or remove the issuer from it",
		Explain: "The issuer certificate here is not the one that the state's phase signs with, nor that of another state file in this repository. If it is applied, identity signs leaves by an issuer that the rotation's proofs did not look at.",
	}
	SurveyUnpinned = Sentence{
		Code:    "survey-unpinned-chart",
		Text:    "chart %q is rendered without a pin of %s",
		Hint:    "where an output of the state has the values, run `l5d-pki-render sync`: they are missing or stale; else give a caBundle (with crtPEM and keyPEM, or externalSecret) or injectCaFrom for each webhook, and a heartbeatSchedule or disableHeartBeat",
		Explain: "Linkerd's charts make self-signed webhook certificates at every render, and take the heartbeat's minute from the clock. Without pins every sync replaces the certificates and restarts two Deployments, and the pull request of a phase carries changes that have nothing to do with it. Only values that stand in this repository are looked at: where a source of values cannot be read, nothing is said.",
	}
	SurveyFloating = Sentence{
		Code:    "survey-floating-version",
		Text:    "chart %q is taken at %q, which is not one release",
		Hint:    "name one chart version, like 1.16.11 or 2025.10.7",
		Explain: "With a range, or no version, a new chart release is rolled out in the middle of a rotation without a commit, restarts the control plane, and may be of a family whose PKI objects have another shape. An empty version is the newest release.",
	}
	SurveyOtherFamily = Sentence{
		Code:    "survey-other-family",
		Text:    "chart %q %s is of family %s, the state's version %q is of family %s",
		Hint:    "set spec.linkerd.version to the release that is deployed, or the chart version to that of the state",
		Explain: "The charts keep the bundle at other places in 2.10, 2.11, 2.12 and from 2.13 on, and other rules hold for their values. Values or manifests made for one family do not fit another.",
	}
	SurveyRenewBefore = Sentence{
		Code:    "survey-renew-before",
		Text:    "renewBefore %s is not shorter than the duration %s",
		Hint:    "make renewBefore at most a third of the duration",
		Explain: "cert-manager renews a certificate renewBefore its end. When that is not shorter than the whole life, the certificate is refused, or renewed without end. An absent duration is 2160h.",
	}
	SurveyEarlyRenewal = Sentence{
		Code:    "survey-early-renewal",
		Text:    "renews %s after it is issued, although it lives %s",
		Hint:    "renewBefore is counted from the end of the life: make it at most a third of the duration",
		Explain: "renewBefore says how long before the end the certificate is renewed, not how long after its issue. 8760h with renewBefore 7320h is renewed after 60 days, not two months before its end. For a trust anchor that is a rotation which nobody started.",
	}
	SurveyAnchorRenews = Sentence{
		Code:    "survey-anchor-renews",
		Text:    "this trust anchor renews itself: spec.renewal.policy is %q, wants \"Disabled\"",
		Hint:    "set spec.renewal.policy: Disabled (cert-manager 1.21), or keep the anchor out of cert-manager",
		Explain: "cert-manager replaces a trust anchor by the clock, with a new key since 1.18. The issuer is then signed by an anchor that no running proxy holds: identity refuses it (IssuerUpdateSkipped), and when the outgoing issuer ends, the mesh does. An anchor changes by a rotation, with a bundle of both.",
	}
	SurveyKeyPolicyAbsent = Sentence{
		Code:    "survey-rotation-policy-absent",
		Text:    "privateKey.rotationPolicy is not set: it means Never before cert-manager 1.18 and Always since",
		Hint:    "write the policy that you mean: Always for issuers and webhooks",
		Explain: "The default changed in cert-manager 1.18. An upgrade of cert-manager then changes what a renewal does: a CA that kept its key gets a new one, and everything that trusts the key fails.",
	}
	SurveyKeyPolicyNever = Sentence{
		Code:    "survey-rotation-policy-never",
		Text:    "privateKey.rotationPolicy is Never: a renewal keeps the key",
		Hint:    "set rotationPolicy: Always for issuers and webhooks; for an anchor that is renewed on purpose Never is right",
		Explain: "With Never, renewing a certificate gives it new dates and the same key. That is what a renewed trust anchor needs, and it is no rotation of an issuer: a key that leaked stays in use.",
	}
	SurveyShortIssuer = Sentence{
		Code:    "survey-short-issuer",
		Text:    "the issuer lives %s, shorter than a phase and the life of its leaves together (%s)",
		Hint:    "lengthen the duration, so that no phase of a rotation forces a renewal",
		Explain: "A phase that waits for leaves to expire lasts a leaf lifetime and the clock skew; leaves that are issued at its end live once more as long. An issuer that ends before that is renewed in the middle of a phase, by whichever anchor cert-manager holds then.",
	}
	SurveyLiveBundle = Sentence{
		Code:    "survey-live-bundle",
		Text:    "Secret %q is the live Secret of Certificate %q (%s), which renews itself: the bundle changes unattended",
		Hint:    "give the Bundle the anchors inLine, or from a Secret that only a commit changes",
		Explain: "trust-manager copies the Secret of an anchor Certificate into the trust bundle. When cert-manager renews the anchor, the outgoing one leaves the bundle at once, while running proxies hold leaves that chain to it and nothing else. New pods then refuse old ones.",
	}
	SurveyBundleName = Sentence{
		Code:    "survey-bundle-name",
		Text:    "the Bundle is called %q, and Linkerd mounts \"linkerd-identity-trust-roots\"",
		Hint:    "call the Bundle linkerd-identity-trust-roots",
		Explain: "trust-manager writes a ConfigMap of the Bundle's own name. With identity.externalCA the control plane and every proxy mount the ConfigMap linkerd-identity-trust-roots; a Bundle of another name delivers nothing.",
	}
	SurveyBundleKey = Sentence{
		Code:    "survey-bundle-key",
		Text:    "the Bundle writes key %q, and Linkerd reads \"ca-bundle.crt\"",
		Hint:    "set spec.target.configMap.key: ca-bundle.crt",
		Explain: "Identity and the proxies read the key ca-bundle.crt of the ConfigMap linkerd-identity-trust-roots. Under another key they find no trust anchors and do not start.",
	}
	SurveyStateListed = Sentence{
		Code:    "survey-state-listed",
		Text:    "lists the state file %q as a resource",
		Hint:    "take it off the list, or annotate the state file with config.kubernetes.io/local-config: \"true\" (kustomize and Flux honour it, Argo CD's directories do not)",
		Explain: "kustomize sends what it lists to the cluster, where no such kind exists: the whole build fails to apply, Linkerd with it. The annotation config.kubernetes.io/local-config makes kustomize, and Flux that uses it, leave the object out.",
	}
	SurveyStateArgo = Sentence{
		Code:    "survey-state-argo",
		Text:    "this directory holds the state file %q, which Argo CD would apply; config.kubernetes.io/local-config does not keep it from that",
		Hint:    "move the state file elsewhere, exclude it (directory.exclude), or make its first line `# +argocd:skip-file-rendering`",
		Explain: "A directory source of Argo CD applies every YAML file. The cluster has no such kind, so the sync fails, and with it the phase. The annotation config.kubernetes.io/local-config is a convention of kustomize, which a directory source does not go through.",
	}
	SurveyStateFlux = Sentence{
		Code:    "survey-state-flux",
		Text:    "this path holds the state file %q and no kustomization.yaml, so Flux would apply it",
		Hint:    "annotate the state file with config.kubernetes.io/local-config: \"true\", list it in .sourceignore, or write a kustomization.yaml",
		Explain: "Where a Flux Kustomization's path has no kustomization.yaml, one is generated that lists every YAML file below it. The state file is then applied, the cluster has no such kind, and the reconciliation fails.",
	}
	SurveyPrivateKey = Sentence{
		Code:    "survey-private-key",
		Text:    "private key in the repository: %s",
		Hint:    "take it out, and rotate what it signs: it stays in the history of the repository; an identity of age signs nothing: replace it, and rotate every key that it opens; --allow PATTERN is for test keys",
		Explain: "Whoever can read the repository, its clones and its backups, can issue certificates that the mesh accepts. Deleting the file does not help: treat the key as lost, rotate, and keep the next one in the custody. With an identity of age, whoever has the repository has every key that was ever encrypted for it: encrypt what is to stay for a new recipient first (`l5d-pki-render custody rewrap`), then rotate anchor, issuer and webhooks, so that the new keys are encrypted for the new one alone. The key itself is never printed.",
	}
	SurveyUnsearched = Sentence{
		Code:    "survey-key-unsearched",
		Text:    "cannot tell whether this file holds a private key: %s",
		Hint:    "take out the archive or the encodings in one another; --allow PATTERN is for test data",
		Explain: "Files are decompressed and decoded to be searched, within bounds on size and depth. What exceeds them was not searched, and may hold a key.",
	}
	SurveyKeyInPast = Sentence{
		Code:    "survey-key-in-past",
		Text:    "private key in the history of the repository: %s, in commit %s",
		Hint:    "rotate what it signs; rewriting the history does not reach clones and backups; --allow PATTERN is for test keys",
		Explain: "The file is clean or gone now, and the history of the repository still has the key, since the rotation began. Whoever has a clone can issue certificates that the mesh accepts.",
	}
	SurveyIgnored = Sentence{
		Code:    "survey-ignored-differences",
		Text:    "ignoreDifferences hides %s from the diff, but without RespectIgnoreDifferences=true a sync replaces it all the same",
		Hint:    "add RespectIgnoreDifferences=true to syncPolicy.syncOptions; better, pin the webhooks and drop the entry",
		Explain: "By default ignoreDifferences only changes what Argo CD shows. Every real sync, such as the one of a phase, applies the made-up webhook certificates of that render and restarts two Deployments.",
	}
	SurveyUnread = Sentence{
		Code:    "survey-unread",
		Text:    "this document is not valid YAML, so nothing in it was looked at",
		Hint:    "correct it, if it is meant to be applied",
		Explain: "Documents that hold Helm or Go templates are counted and passed over. This one holds none, and still does not parse: findings in it would be missed.",
	}
	SurveyEncoding = Sentence{
		Code:    "survey-encoding",
		Text:    "this file holds objects and is not UTF-8 text at byte %d, so nothing in it was looked at",
		Hint:    "save it as UTF-8, without UTF-16 and without binary parts",
		Explain: "kubectl takes UTF-16 with a byte order mark, and applies what such a file holds; other tools drop it or fail. Nothing here edits or judges it: workloads in it would miss a restart, and settings in it would go unseen.",
	}
	SurveyPattern = Sentence{
		Code:    "survey-pattern",
		Text:    "%q is no pattern",
		Hint:    "write a path with * (inside one directory), ** (any depth) and ?, like **/testdata/**",
		Explain: "--allow takes patterns over paths in the repository, with slashes. A pattern without a slash is compared with the name of the file alone.",
	}
	SurveyAllowList = Sentence{
		Code:    "survey-allow-list",
		Text:    "is not a regular file: what it allows is not read",
		Hint:    "replace the link or directory by a file with one pattern per line, or remove it and use --allow",
		Explain: "The list of files that may hold private keys lies at the top of the repository. Behind a link it could be anything, and the guard would not follow it either.",
	}
	SurveyNoFolder = Sentence{
		Code:    "survey-no-folder",
		Text:    "is not a directory",
		Hint:    "give the directory of a Git work tree: --repo .",
		Explain: "--repo reads the tracked files of a Git work tree, or every file of a directory that is none.",
	}
	SurveyTooMuch = Sentence{
		Code:    "survey-too-much",
		Text:    "holds more than the cap: %d %s",
		Hint:    "give a directory inside of it with --repo",
		Explain: "The caps on files and bytes keep a wrong directory from exhausting the host. Nothing was judged by halves: no finding is printed.",
	}
	SurveyLargeCommit = Sentence{
		Code:    "survey-large-commit",
		Text:    "what commit %s brought was not searched: it has more than a million paths, or more than 256 MiB of them",
		Hint:    "take the commit out of the branch's history; where that cannot be done, search it with another tool, and run lint on the files alone in a copy without .git",
		Explain: "A few directories that contain each other by name spell a hundred million paths in a push of two kilobytes. lint counts the paths of each commit before it lists them, passes over such a commit and the one after it, and searches the rest of the history.",
	}
	SurveyShadowedSetting = Sentence{
		Code:    "survey-shadowed-setting",
		Text:    "%s is %q in %s, which takes precedence over the phase's values; the state has %q",
		Hint:    "remove the setting here, or change spec.linkerd in the state file to match",
		Explain: "With externalCA the chart renders no trust roots, and with another issuer scheme or trust domain the phase's Secrets and identities are not the ones that Linkerd uses: what the phase delivers does not reach the mesh.",
	}
	SurveyLeafLifetime = Sentence{
		Code:    "survey-leaf-lifetime",
		Text:    "%s is %s here; the state counts with %s %s",
		Hint:    "set spec.leaf in the state file to what is deployed, or remove the setting here",
		Explain: "A rotation waits until the leaves of the issuer before have expired, and counts their life from the state. Where leaves live longer than the state says, the old anchor is dropped while they are in use, and connections fail. Where they live shorter, the wait is longer than it has to be.",
	}
	SurveyUnreadSetting = Sentence{
		Code:    "survey-unread-setting",
		Text:    "%s cannot be compared with the state: %s",
		Hint:    "write the value itself in its place, such as 24h0m0s: of references, those to literal variables of the same container are read",
		Explain: "Kubernetes replaces $(NAME) in a container's command and arguments with the variable of that name. Where the variable comes from a ConfigMap, a Secret, a field or nowhere, or where a shell starts the program, the file does not say which trust domain or life of leaves Linkerd gets. A length of time that cannot be read is replaced by identity's default. A stream with such a setting is not rendered.",
	}
	SurveyOtherScheme = Sentence{
		Code:    "survey-other-scheme",
		Text:    "%s are for issuer scheme %s; the state has %s, with which identity reads %s",
		Hint:    "finish the change of the scheme on this side too, or set spec.linkerd.issuerScheme in the state file back (docs/delivery.md, \"Change the issuer scheme\")",
		Explain: "Identity reads its issuer as crt.pem and key.pem (linkerd.io/tls) or as tls.crt and tls.key (kubernetes.io/tls), by a flag that the chart sets from its values. State, values and whatever makes the Secret have to agree: with a Secret of the other scheme identity does not start. A Secret with the fields of both is fine.",
	}
	SurveyShadowedWebhook = Sentence{
		Code:    "survey-shadowed-webhook",
		Text:    "%s.caBundle in %s takes precedence over every values file; it holds %s, the phase delivers %s",
		Hint:    "remove it here, so that the values which are written from the state decide",
		Explain: "The API server trusts a webhook by its caBundle. At a place that wins over the values of the phase it stays when the phase changes the webhook's certificate, and the API server then refuses the webhook. It is an error where the certificates differ now, a warning where they will differ at the next webhook rotation.",
	}
	SurveyShadowedWebhookSetting = Sentence{
		Code:    "survey-shadowed-webhook-setting",
		Text:    "%s is %s in %s, which takes precedence over every values file",
		Hint:    "remove it here, so that the values which are written from the state decide",
		Explain: "The phase's values say of each webhook where its certificate comes from: caBundle, externalSecret, crtPEM and keyPEM. A place that wins over them takes the webhook out of the rotation: crtPEM and keyPEM stay when the phase changes, and with externalSecret: false the chart makes up a certificate at every render.",
	}
	SurveyIssuerLeaf = Sentence{
		Code:    "survey-issuer-leaf",
		Text:    "the Certificate of the identity issuer does not have isCA: true",
		Hint:    "set isCA: true; cert-manager makes a new certificate when it is applied",
		Explain: "linkerd-identity signs workload certificates with this certificate and does not start with one that is not an authority.",
	}
	SurveyIssuerKey = Sentence{
		Code:    "survey-issuer-key",
		Text:    "the Certificate of the identity issuer makes a key of the kind %s",
		Hint:    "set privateKey.algorithm: ECDSA (size 256); the default is RSA",
		Explain: "linkerd-identity accepts issuers with an ECDSA P-256 key only (pkg/issuercerts), and proxies verify no others reliably.",
	}
	SurveyAnchorKey = Sentence{
		Code:    "survey-anchor-key",
		Text:    "the Certificate of the trust anchor makes a key of the kind %s",
		Hint:    "set privateKey.algorithm: ECDSA (size 256); RSA of 2048 or 4096 bits works too",
		Explain: "Linkerd's check and its command line accept trust anchors with an ECDSA P-256 key, or an RSA key of 2048 or 4096 bits (pkg/issuercerts). Proxies of today's releases do not verify signatures of every other kind, post-quantum ones among them.",
	}
	SurveyIssuerUsage = Sentence{
		Code:    "survey-issuer-usage",
		Text:    "the Certificate of the identity issuer has usages without %q",
		Hint:    "list both server auth and client auth, or neither",
		Explain: "Extended key usages of an issuer limit every workload certificate below it; with only one of the two, proxies refuse one side of each connection.",
	}
	SurveyPolicyKeyForm = Sentence{
		Code:    "survey-policy-key-form",
		Text:    "the Certificate of the policy validator makes an ECDSA key in SEC 1 form",
		Hint:    "set privateKey.encoding: PKCS8",
		Explain: "The policy controller reads PKCS #8 and PKCS #1 (linkerd2#7963). cert-manager writes ECDSA keys in SEC 1 unless it is asked for PKCS8, and the container then does not start.",
	}
)
