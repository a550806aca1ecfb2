package problem

// What `check` says of a mesh. The places follow each text in a list.
var (
	CheckOld = Sentence{
		Code:    "check-old",
		Text:    "the observation is old, and the mesh may have changed since",
		Hint:    "take a new observation and check that one",
		Explain: "Everything that check says is true of the instant at which the observation was taken.",
	}
	CheckNotSeen = Sentence{
		Code:    "check-not-seen",
		Text:    "not everything was seen, and what was not seen may be wrong",
		Hint:    "take an observation with the rights to see it; docs/evidence.md says where each fact is read",
		Explain: "What is missing from an observation is unknown. Check says nothing of it, and no gate opens by it.",
	}
	CheckTwoControlPlanes = Sentence{
		Code:    "check-two-control-planes",
		Text:    "the cluster has further control planes, whose proxies are not in this observation",
		Hint:    "check each of them with an observation of its own",
		Explain: "A proxy belongs to the control plane that its pod's label linkerd.io/control-plane-ns names. Two control planes share the cluster's webhook configurations only if one of them was installed wrongly; each has its own trust anchors.",
	}
	CheckOtherState = Sentence{
		Code:    "check-other-state",
		Text:    "the state file is not used",
		Hint:    "name the state file of this cluster with --state, or work in a directory without one",
		Explain: "An observation names the cluster that it is of: metadata.name of its state file. Comparing a cluster with the state of another one would say nothing.",
	}
	CheckState = Sentence{
		Code:    "check-state",
		Text:    "the state file says that something is wrong already",
		Hint:    "run `l5d-pki-render doctor`, which prints the commands that repair it",
		Explain: "Status raises an alarm when a certificate in use has expired and when the log has entries that no move makes.",
	}
	CheckBeforeMove = Sentence{
		Code:    "check-before-move",
		Text:    "the observation was taken before the phase was entered, so it shows the phase before",
		Hint:    "take a new observation after the phase is applied",
		Explain: "An observation must be younger than what it is compared with.",
	}
	CheckTrustDomain = Sentence{
		Code:    "check-trust-domain",
		Text:    "the control plane has another trust domain than the state file",
		Hint:    "correct spec.linkerd.trustDomain, or the value identityTrustDomain of the chart",
		Explain: "Identities end in the trust domain, and so does the name of the issuer. An issuer that is made for another trust domain is refused by identity.",
	}
	CheckBundlePhase = Sentence{
		Code:    "check-bundle-phase",
		Text:    "the control plane delivers other trust anchors than the phase",
		Hint:    "look at whether the commit of the phase was applied; `l5d-pki-render doctor` knows the repairs",
		Explain: "The ConfigMap linkerd-identity-trust-roots should have the bundle of the phase. The anchors of another phase mean that it is not applied yet, or that it was reverted; anchors that the state does not know were delivered by something else.",
	}
	CheckIssuerPhase = Sentence{
		Code:    "check-issuer-phase",
		Text:    "the issuer in the cluster is not that of the phase",
		Hint:    "look at whether the Secret linkerd-identity-issuer was applied; `l5d-pki-render status` says how it is delivered",
		Explain: "Identity signs with the issuer in the Secret linkerd-identity-issuer. An issuer that the state does not know was put there by something else, such as cert-manager.",
	}
	CheckWebhookPhase = Sentence{
		Code:    "check-webhook-phase",
		Text:    "a webhook does not have the certificates of the phase",
		Hint:    "look at whether the commit of the phase was applied, and whether the webhook's pods have restarted",
		Explain: "A webhook reads its certificate from a Secret; the API server trusts the caBundle of the webhook's configuration.",
	}
	CheckUnknown = Sentence{
		Code:    "check-unknown",
		Text:    "a certificate is not known, so nothing can be said of it",
		Hint:    "put its PEM under `certificates` of the observation",
		Explain: "Observations name certificates by fingerprint. Their PEM is in the observation or in the state file.",
	}
	CheckAnchor = Sentence{
		Code:    "check-anchor",
		Text:    "a trust anchor is refused by proxies or by identity",
		Hint:    "begin a rotation to a new anchor: `l5d-pki-render start anchor`",
		Explain: "Proxies take ECDSA P-256 and follow webpki's rules; identity follows Go's. `lint` explains each rule.",
	}
	CheckAnchorExpired = Sentence{
		Code:    "check-anchor-expired",
		Text:    "a trust anchor is not valid now",
		Hint:    "run `l5d-pki-render doctor`; docs/recovery.md has the repair",
		Explain: "Identity refuses an issuer under an expired anchor. Proxies ignore an anchor's dates, so connections go on until the leaves end.",
	}
	CheckAnchorExpiring = Sentence{
		Code:    "check-anchor-expiring",
		Text:    "a trust anchor expires soon",
		Hint:    "begin a rotation now: `l5d-pki-render start anchor`",
		Explain: "A rotation of the anchor takes days. Begin it while there is time.",
	}
	CheckIssuer = Sentence{
		Code:    "check-issuer",
		Text:    "the issuer is refused by proxies or by identity",
		Hint:    "begin a rotation to a new issuer: `l5d-pki-render start issuer`",
		Explain: "Proxies take ECDSA P-256 and follow webpki's rules; identity follows Go's. `lint` explains each rule.",
	}
	CheckIssuerExpired = Sentence{
		Code:    "check-issuer-expired",
		Text:    "the issuer is not valid now: identity signs nothing",
		Hint:    "run `l5d-pki-render doctor`; docs/recovery.md has the repair",
		Explain: "When the issuer ends, all leaves end in the same second. New connections fail within seconds; open ones may live on for a while.",
	}
	CheckIssuerExpiring = Sentence{
		Code:    "check-issuer-expiring",
		Text:    "the issuer expires soon",
		Hint:    "begin a rotation now: `l5d-pki-render start issuer`",
		Explain: "No leaf lives longer than the issuer. When it ends, the whole mesh loses its connections.",
	}
	CheckIssuerName = Sentence{
		Code:    "check-issuer-name",
		Text:    "the issuer is named for another mesh",
		Hint:    "make an issuer with the name of this trust domain: `l5d-pki-render start issuer`",
		Explain: "The issuer of a mesh is called identity.NAMESPACE.TRUST-DOMAIN. Another name often means that the issuer of another cluster was copied.",
	}
	CheckIssuerUnverified = Sentence{
		Code:    "check-issuer-unverified",
		Text:    "the trust anchors do not verify the issuer",
		Hint:    "deliver the anchor that signed it; `l5d-pki-render doctor` knows the repairs",
		Explain: "Identity refuses such an issuer, and crashes when it starts; proxies that start now refuse all its leaves.",
	}
	CheckReplicaIssuer = Sentence{
		Code:    "check-replica-issuer",
		Text:    "identity replicas sign with different issuers",
		Hint:    "wait three minutes for kubelet to update the mounts, then restart the replicas that are behind",
		Explain: "Each replica of identity reads the Secret linkerd-identity-issuer on its own. One that keeps the old issuer goes on signing leaves with it, and time closes nothing while it does. The event IssuerUpdated names no replica.",
	}
	CheckReplicaRefused = Sentence{
		Code:    "check-replica-refused",
		Text:    "an identity replica signs with an issuer that the trust anchors do not verify",
		Hint:    "restart that replica; if others do the same, `l5d-pki-render doctor` knows the repairs",
		Explain: "Proxies that ask this replica get leaves that their peers refuse.",
	}
	CheckReplicaBundle = Sentence{
		Code:    "check-replica-bundle",
		Text:    "an identity replica has loaded other trust anchors than are delivered",
		Hint:    "restart the Deployment linkerd-identity",
		Explain: "Identity reads the trust anchors once, when it starts, and verifies its issuer with them.",
	}
	CheckInjector = Sentence{
		Code:    "check-injector",
		Text:    "a proxy injector mounts other trust anchors than the ConfigMap has",
		Hint:    "wait three minutes for kubelet to update the mount; pods that start before get the old anchors",
		Explain: "The injector gives each new pod the trust anchors of its own mount, which follows the ConfigMap with a delay.",
	}
	CheckWebhook = Sentence{
		Code:    "check-webhook",
		Text:    "the API server refuses what a webhook serves",
		Hint:    "begin a rotation of the webhooks: `l5d-pki-render start webhooks`",
		Explain: "The API server reuses connections, so a webhook with an expired certificate may seem to work for half an hour. By default the injector fails open: pods then start without a proxy.",
	}
	CheckWebhookExpiring = Sentence{
		Code:    "check-webhook-expiring",
		Text:    "a certificate of a webhook expires soon",
		Hint:    "begin a rotation now: `l5d-pki-render start webhooks`",
		Explain: "When it ends, the injector fails open by default (pods start without a proxy), and the validators refuse or pass everything.",
	}
	CheckStale = Sentence{
		Code:    "check-stale",
		Text:    "some pods do not hold the current trust anchors and must be restarted",
		Hint:    "restart these workloads; `l5d-pki-render status` says whether a rollout is due",
		Explain: "A proxy reads its trust anchors once, when its pod starts. This is what `linkerd check --proxy` calls \"data plane proxies certificate match CA\".",
	}
	CheckCutOff = Sentence{
		Code:    "check-cut-off",
		Text:    "some proxies refuse the certificates of others, so connections between them fail",
		Hint:    "restart the pods with the old trust anchors; `l5d-pki-render doctor` knows the repairs",
		Explain: "Each bundle that a proxy holds is verified against each chain that a proxy serves, by the rules of proxies. `linkerd check` does not look at this.",
	}
	CheckOldLeaves = Sentence{
		Code:    "check-old-leaves",
		Text:    "some proxies have leaves of another issuer than the one in force",
		Hint:    "wait for the lifetime of a leaf (24 hours by default), or restart the pods",
		Explain: "A proxy asks for a new leaf when 30 percent of its life are left. Leaves of a former issuer that stay after that belong to proxies which cannot reach identity.",
	}
	CheckLeafExpired = Sentence{
		Code:    "check-leaf-expired",
		Text:    "some proxies have expired certificates: all their connections fail",
		Hint:    "restart these pods, those of the control plane first",
		Explain: "A proxy with an expired leaf presents it to identity and is refused: it never recovers without a restart. `linkerd check` stays green.",
	}
	CheckLeafLate = Sentence{
		Code:    "check-leaf-late",
		Text:    "some proxies are late to renew their certificates, and lose all connections when these end",
		Hint:    "look at whether these pods reach linkerd-identity, and restart them before the certificates end",
		Explain: "A proxy asks for a new leaf when 30 percent of its life are left, and tries again until it gets one. One with less than 20 percent left has failed for a while.",
	}
	CheckNoLeaf = Sentence{
		Code:    "check-no-leaf",
		Text:    "some proxies have no certificate yet",
		Hint:    "if these pods did not start just now, look at whether they reach linkerd-identity",
		Explain: "A proxy that has just started serves nothing until identity has answered it.",
	}
	CheckFlags = Sentence{
		Code:    "check-flags",
		Text:    "check cannot read the cluster as another user, or at another address than the kubeconfig's",
		Hint:    "name a context of the kubeconfig that has this user and address: `--context`; or judge a file: `l5d-pki-render check --observed observation.yaml`",
		Explain: "linkerd check hands its flags --as, --as-group and --api-addr to extensions. Reading as anybody else than asked for could show another cluster.",
	}
)
