package problem

// What the moves of pkg/rotation say.
var (
	RotationOneAnchor = Sentence{
		Code:    "rotation-one-anchor",
		Text:    "anchor %q holds %d certificates, wants one",
		Hint:    "give every trust anchor an entry of its own",
		Explain: "Each entry of anchors and retired is one certificate: roles are given per entry.",
	}
	RotationNoIssuer = Sentence{
		Code:    "rotation-no-issuer",
		Text:    "no issuer has the role %q that phase %q signs with",
		Hint:    "restore the issuer's entry from Git",
		Explain: "Every phase signs with the issuer of one role. The state file has none with it.",
	}
	RotationNone = Sentence{
		Code:    "rotation-none",
		Text:    "no rotation is under way",
		Hint:    "begin one: `l5d-pki-render start anchor`, or start issuer, webhooks, replace or renew",
		Explain: "The state is in the phase stable; there is no next phase and none to go back to.",
	}
	RotationUnderWay = Sentence{
		Code:    "rotation-under-way",
		Text:    "a rotation is under way already: %s, in phase %q",
		Hint:    "finish it with advance, or go back to stable with back, before the next one",
		Explain: "Two rotations at once would multiply the states in which proxies can meet. One rotation at a time is the rule.",
	}
	RotationNoKind = Sentence{
		Code:    "rotation-no-kind",
		Text:    "there is no rotation of kind %q and strategy %q",
		Hint:    "the kinds are anchor (bundle or cross-sign), issuer, webhooks, replace, renew",
		Explain: "Only rotations of kind anchor have a strategy.",
	}
	RotationNoPhase = Sentence{
		Code:    "rotation-no-phase",
		Text:    "there is no phase %q in the rotation %s",
		Explain: "A jump leads to a phase of the rotation that is under way.",
		Hint:    "`l5d-pki-render plan` shows the phases",
	}
	RotationSamePhase = Sentence{
		Code:    "rotation-same-phase",
		Text:    "the state is in phase %q already",
		Hint:    "`l5d-pki-render status` shows what comes next",
		Explain: "A move changes the phase.",
	}
	RotationG1 = Sentence{
		Code:    "rotation-g1",
		Text:    "%s; the bundle is live: %s; %s",
		Hint:    "restart what holds this bundle, or bring an observation which shows that nothing does",
		Explain: "Gate G1: every bundle that a live endpoint holds, or may still be given, has to verify the chain that identity will sign with. A proxy reads its bundle once, at its start; until it restarts it refuses leaves of an issuer that its bundle does not lead to. Time does not help: only a restart changes a bundle.",
	}
	RotationG2 = Sentence{
		Code:    "rotation-g2",
		Text:    "%s; the chain is live: %s; %s",
		Hint:    "wait until these leaves have expired or been renewed, then bring an observation which shows it",
		Explain: "Gate G2: the bundle that will be delivered has to verify every chain that a live endpoint serves, or may still be given. A proxy that restarts with the new bundle would refuse peers whose leaf is older: linkerd2 issue 4287, a partial outage of twelve minutes.",
	}
	RotationG3 = Sentence{
		Code:    "rotation-g3",
		Text:    "%s; %s",
		Hint:    "`l5d-pki-render lint` checks the certificates",
		Explain: "Gate G3: the bundle that will be delivered has to verify the chain that identity will sign with, under the rules of proxies (webpki) and of identity itself (Go). Otherwise identity refuses its issuer, and at its next start it crashes.",
	}
	RotationUnknown = Sentence{
		Code:    "rotation-unknown",
		Text:    "%s",
		Hint:    "bring what is missing: the linked cluster's state file, an observation that covers it, or the unknown certificate under `certificates` of the observation",
		Explain: "Unknown is shut: what is not known cannot be shown to be safe. A linked cluster that is gone for good is removed from spec.links.",
	}
	RotationUnmet = Sentence{
		Code:    "rotation-unmet",
		Text:    "not met yet: %s: %s",
		Hint:    "`l5d-pki-render status` shows everything that the next phase needs",
		Explain: "Each phase has conditions of its own beside the gate. An observation meets them, or a person vouches for them; the log records which.",
	}
	RotationStanding = Sentence{
		Code:    "rotation-standing",
		Text:    "%s already; %s",
		Hint:    "if this is the repair, run it with --accept-downtime",
		Explain: "The pair fails today and the move does not bring it about, but connections or the issuing of leaves are down. Accepting that is put in words.",
	}
	RotationDowntime = Sentence{
		Code:    "rotation-downtime",
		Text:    "downtime has to be accepted: %s",
		Hint:    "run it with --accept-downtime if that is what you want; a compromised but valid anchor takes `start anchor`",
		Explain: "Replacing dead material, or moving with expired material, cannot be done without failing connections.",
	}
	RotationNotYetValid = Sentence{
		Code:    "rotation-not-yet-valid",
		Text:    "%s is not valid before %s; with a clock skew of %s it can be used from %s, asked at %s",
		Hint:    "wait until then, or use a certificate whose notBefore is back-dated",
		Explain: "Proxies check certificates with their own clock and no slack, so a certificate has to be valid for the clock skew already when it is used.",
	}
	RotationExpired = Sentence{
		Code:    "rotation-expired",
		Text:    "%s is not valid after %s, asked at %s",
		Hint:    "run `l5d-pki-render doctor`: it prints the commands that repair this, in order",
		Explain: "Identity verifies its issuer at every request and stops issuing when a certificate on its way to the anchor has expired.",
	}
	RotationTooShort = Sentence{
		Code:    "rotation-too-short",
		Text:    "%s ends at %s and is needed until %s (%s): %s too short",
		Hint:    "use a certificate that lives longer; for an outgoing one start issuer first, or start replace",
		Explain: "Certificates have to last for every phase that uses them and for the leaves made in it. A certificate that ends between two phases forces an unplanned step in the middle of a rotation.",
	}
	RotationOutlives = Sentence{
		Code:    "rotation-outlives",
		Text:    "%s ends at %s, after the anchor above it at %s",
		Hint:    "sign it again with an end no later than its anchor's",
		Explain: "A certificate is worth no more than what it chains to. Linkerd's leaves end with the issuer, not with the anchor, so identity would issue leaves that nobody can verify with Go.",
	}
	RotationGoLeaf = Sentence{
		Code:    "rotation-go-leaf",
		Text:    "Go refuses leaves of issuer %q: %v",
		Hint:    "proxies are not concerned; a Go client that speaks mTLS to the mesh is",
		Explain: "Go counts every intermediate against an anchor's path length, self-issued ones included; webpki ignores an anchor's path length.",
	}
	RotationLeaves = Sentence{
		Code:    "rotation-leaves",
		Text:    "leaves go away by %q, want \"waited\" or \"wave\"",
		Hint:    "use --leaves waited or --leaves wave",
		Explain: "Leaves of the outgoing issuer are waited out (leaf lifetime and clock skew), or a wave of restarts renews them at once.",
	}
	RotationRolledOut = Sentence{
		Code:    "rotation-rolled-out",
		Text:    "the last move, of %s, is this rollout: it was made on the same evidence",
		Hint:    "it is complete; for another rollout, take a new observation or give a different reason",
		Explain: "A command that is stopped after its last write can be run again. A rollout would then restart every workload a second time, so evidence opens one rollout only.",
	}
	RotationNoChoice = Sentence{
		Code:    "rotation-no-choice",
		Text:    "phase %q leaves no choice of how leaves go away",
		Hint:    "drop --leaves here; it belongs to the phase issuer-spread",
		Explain: "Only entering the phase issuer-spread decides whether leaves are waited out or renewed by a wave.",
	}
	RotationStaleWave = Sentence{
		Code:    "rotation-stale-wave",
		Text:    "entering phase %q starts no wave for the bundle alone",
		Hint:    "drop --stale-only",
		Explain: "A wave that is there for leaves, or that is split over namespaces, cannot be limited to the workloads that hold another bundle.",
	}
	RotationStaleUnknown = Sentence{
		Code:    "rotation-stale-unknown",
		Text:    "no observation names every workload, so it is not known which ones are stale",
		Hint:    "run `l5d-pki-render observe --to observation.yaml` and pass it with --evidence, or use --observe",
		Explain: "With --stale-only a wave restarts the workloads that do not hold the bundle. An observation that counts the pods of all groups is needed to know them. A pod whose bundle was not seen counts as stale.",
	}
	RotationNoWave = Sentence{
		Code:    "rotation-no-wave",
		Text:    "entering phase %q starts no wave that namespaces could split",
		Hint:    "drop the list of namespaces",
		Explain: "A wave may be split over namespaces when it starts. Other moves restart no workloads.",
	}
	RotationUnknownNeed = Sentence{
		Code:    "rotation-unknown-code",
		Text:    "no need has the code %q",
		Hint:    "`l5d-pki-render status` shows the codes that the next phase needs",
		Explain: "What a person vouches for is one of the needs of a phase, by its code.",
	}
	RotationDirection = Sentence{
		Code:    "rotation-direction",
		Text:    "phase %q is not %s phase %q",
		Explain: "advance only enters later phases of the rotation, back only earlier ones. The phase stable is at both ends: for back it is the one that the rotation began in.",
	}
	RotationContradicted = Sentence{
		Code:    "rotation-contradicted",
		Text:    "%s cannot be true yet: %s",
		Hint:    "`l5d-pki-render status` says when each wait ends; if you know better, add --force",
		Explain: "What a person vouches for is checked against the log and the newest observation: leaves of the issuer before live for their lifetime, a proxy reads its bundle only when it starts, what no phase delivers yet is not delivered, and what was seen to be otherwise after the change was so. Someone who restarted the workloads by hand knows better and says so with --force, which the log, the guard and the pull request show.",
	}
	RotationNoBecause = Sentence{
		Code:    "rotation-no-because",
		Text:    "the assumption %q gives no reason",
		Hint:    "add --because \"how you know\"",
		Explain: "An assumption opens a gate on a person's word, so the word goes to the log with its reason.",
	}
	RotationForeignObservation = Sentence{
		Code:    "rotation-foreign-observation",
		Text:    "the observation is of cluster %q, the state knows %s",
		Hint:    "observe the cluster that metadata.name names, or one of spec.links",
		Explain: "An observation counts for the cluster it names: this one by metadata.name, a linked one by its name in spec.links.",
	}
	RotationForeignMesh = Sentence{
		Code:    "rotation-foreign-mesh",
		Text:    "the observation of cluster %q is of a control plane in namespace %q with trust domain %q; that of the state is in namespace %q with trust domain %q",
		Hint:    "observe the cluster of this state; if spec.linkerd is what is wrong, correct it in a change of its own",
		Explain: "Clusters may have the same name in different repositories. An observation says whose mesh it shows, and one of another mesh proves nothing about this one.",
	}
	RotationFutureObservation = Sentence{
		Code:    "rotation-future-observation",
		Text:    "the observation of cluster %q was taken at %s, after the instant of the move, %s",
		Hint:    "check the clocks of the collector and of this machine",
		Explain: "Waiting times are counted from an observation, so one from the future would count for nothing or for too much.",
	}
	RotationForeignLink = Sentence{
		Code:    "rotation-foreign-link",
		Text:    "a state file of cluster %q was handed in, which spec.links does not name",
		Hint:    "add the link to spec.links, or drop the file",
		Explain: "The gate is computed over this cluster and those in spec.links.",
	}
	RotationStrategy = Sentence{
		Code:    "rotation-strategy",
		Text:    "strategy cross-sign is impossible: %s",
		Hint:    "use --strategy bundle",
		Explain: "Cross-signing needs the outgoing anchor's key once, and an outgoing anchor whose path length is not 0.",
	}
	RotationNeedsKey = Sentence{
		Code:    "rotation-needs-key",
		Text:    "%s needs the private key of anchor %q (%s), or brought certificates in its place",
		Hint:    "hand in the anchor's key (--outgoing-key for the one in force, --anchor-key for one that you bring), or what it signed elsewhere (--signed for an issuer, --anchor for a renewed anchor)",
		Explain: "To sign an issuer or to renew an anchor the anchor's key is used once. It is not stored anywhere.",
	}
	RotationIncomplete = Sentence{
		Code:    "rotation-incomplete",
		Text:    "%s",
		Hint:    "bring anchor and issuer together, or let both be minted",
		Explain: "Brought material has to be complete: an issuer chain belongs to its anchor.",
	}
	RotationOtherAnchor = Sentence{
		Code:    "rotation-other-anchor",
		Text:    "the incoming anchor %q (%s) did not sign the issuer %q (%s) that comes with it",
		Hint:    "pass with --anchor the anchor that signed the issuer, or have this anchor sign it",
		Explain: "The issuer of an anchor rotation is used under the incoming anchor. Under another one no phase could switch to it, after the incoming anchor has been delivered everywhere.",
	}
	RotationUnfit = Sentence{
		Code:    "rotation-unfit-anchor",
		Text:    "no issuer of this mesh works under the incoming anchor %q (%s): %s",
		Hint:    "leave out --anchor and its key, and the command mints an anchor that fits; or bring one that may sign certificates and permits the names of the mesh",
		Explain: "Proxies hold the name constraints of an anchor against every leaf, and identity refuses an anchor that is not an authority or may not sign certificates. A rotation to it would stop in a later phase, with the anchor in every bundle.",
	}
	RotationExcludes = Sentence{
		Code:    "rotation-excludes-leaves",
		Text:    "name constraints of the incoming certificate %q (%s) exclude %s",
		Hint:    "have it issued without name constraints, or with ones that permit the whole trust domain; without the flags that bring certificates, the command mints ones that fit",
		Explain: "Proxies hold the name constraints of anchors and issuers against every leaf, so the pods of an excluded namespace would lose their connections as soon as identity signs with the new issuer. An observation does not know the namespaces of tomorrow, so no gate could see it in time. Constraints that a certificate in force has as well are accepted: they exclude nothing that works.",
	}
	RotationUnread = Sentence{
		Code:    "rotation-unread-certificate",
		Text:    "proxies may not read the incoming certificate %q (%s): %s",
		Hint:    "have it issued by another tool or with fewer fields; without the flags that bring certificates, the command mints ones that proxies read",
		Explain: "Go, and so identity and this program, reads more than rustls-webpki, the verifier of the proxies. An issuer that it cannot read verifies nowhere, and an anchor that it cannot read is left out of every proxy's trust store, although the bundle that the proxy holds has it.",
	}
	RotationUnfitHook = Sentence{
		Code:    "rotation-unfit-webhook",
		Text:    "the API server would refuse the incoming certificate of webhook %q: %s",
		Hint:    "begin again with certificates that `l5d-pki-render start webhooks` mints; in a rotation that has begun, `l5d-pki-render back --abandon` first",
		Explain: "The API server verifies a webhook's certificate under the caBundle of the webhook configuration, for the name of its Service and for serverAuth. The incoming one has to verify under the incoming caBundle, now and until the rotation can end: otherwise no pod is injected, or none starts, as soon as it is served.",
	}
	RotationSameAnchor = Sentence{
		Code:    "rotation-same-anchor",
		Text:    "the incoming anchor %q (%s) %s",
		Hint:    "use a new key for each generation, or start renew, which keeps name and key",
		Explain: "To proxies an anchor is its name and its key. With the key of an anchor that is there already nothing would be rotated: whoever has the old key could still sign.",
	}
	RotationForeignAnchor = Sentence{
		Code:    "rotation-foreign-anchor",
		Text:    "the renewed anchor %q (%s) has another %s than the current one",
		Hint:    "renew with the same key and the same subject, or use start anchor",
		Explain: "Renewing keeps name and key, so every issuer and leaf stays valid. With another name or key it is a rotation.",
	}
	RotationName = Sentence{
		Code:    "rotation-name",
		Text:    "the name %q is taken by another %s of the state",
		Hint:    "choose another name with --name",
		Explain: "Names are labels for people; two of the same would be confused.",
	}
	RotationNoWebhooks = Sentence{
		Code:    "rotation-no-webhooks",
		Text:    "no webhook of the state has a certificate of its own to rotate",
		Hint:    "list webhooks under status.webhooks, with certificate and caBundle",
		Explain: "A webhook that is not listed is left alone, and one without certificate has its Secret from someone else.",
	}
	RotationNoWebhook = Sentence{
		Code:    "rotation-no-webhook",
		Text:    "there is no webhook %q in the state",
		Hint:    "the names are proxyInjector, profileValidator, policyValidator, tap, tapInjector, jaeger",
		Explain: "Webhooks are named by their key in the chart's values.",
	}
	RotationNoCurrent = Sentence{
		Code:    "rotation-no-current",
		Text:    "no anchor has the role \"current\"",
		Hint:    "restore the entry from Git",
		Explain: "In the phase stable exactly one anchor is current.",
	}
	RotationNoSplit = Sentence{
		Code:    "rotation-no-split-wave",
		Text:    "no split wave is under way",
		Hint:    "a wave is split when it starts, by naming its first namespaces",
		Explain: "Namespaces are added to a wave that was split when it started; other waves reach every namespace at once.",
	}
	RotationOtherMesh = Sentence{
		Code:    "rotation-other-mesh",
		Text:    "the two states are of different meshes: %q and %q",
		Hint:    "compare versions of one state file",
		Explain: "A change is judged between two versions of one state.",
	}
	RotationHandshakeKey = Sentence{
		Code:    "rotation-handshake-key",
		Text:    "no private key for issuer %q (%s): handshakes need a leaf of it",
		Hint:    "hand in the issuer's key, or leave handshakes out",
		Explain: "A real handshake needs leaves, and leaves need an issuer's key. They are thrown away after the proof.",
	}
	RotationReissued = Sentence{
		Code:    "rotation-reissued",
		Text:    "this is not the issuer in force, made anew: %s",
		Hint:    "read the certificate again from the Secret that identity mounts; another anchor's issuer begins or continues a rotation (start, advance)",
		Explain: "An issuer that the cluster renewed has the name of the one before and comes from the same anchor, so that every bundle verifies both. Anything else is a change that the gate has to judge.",
	}
	RotationHandshake = Sentence{
		Code:    "rotation-handshake",
		Text:    "the handshake failed: %s refused its peer: %v",
		Hint:    "see the trust matrix for the pair that does not verify",
		Explain: "Two TLS 1.3 endpoints were joined in memory; each verified its peer's chain against its own bundle as a proxy does.",
	}
)

// What is said of observations.
var (
	ObservationSize = Sentence{
		Code:    "observation-size",
		Text:    "the observation has %d bytes, more than %d",
		Hint:    "group proxies with the same bundle and chain into one row",
		Explain: "One row is for any number of proxies; a large observation is a sign of one row per pod.",
	}
	ObservationEmpty = Sentence{
		Code:    "observation-empty",
		Text:    "the observation is empty",
		Hint:    "take it again; a collector that failed writes nothing",
		Explain: "An empty file shows nothing, not the absence of anything.",
	}
	ObservationOtherKind = Sentence{
		Code:    "observation-other-kind",
		Text:    "this is %s, not an observation",
		Hint:    "an observation has kind Observation (docs/evidence.md); a state file is passed with --state",
		Explain: "--evidence takes observations of clusters. The state file, manifests and values say what shall be, not what was seen.",
	}
	ObservationAlias = Sentence{
		Code:    "observation-alias",
		Text:    "%s is not read in an observation",
		Hint:    "write the value out where it is used",
		Explain: "Aliases and merge keys make one place of a file change another. An observation is evidence: each fact is where it counts.",
	}
	ObservationShape = Sentence{
		Code:    "observation-shape",
		Text:    "a %s is wanted here",
		Hint:    "compare with `l5d-pki-render schema observation`",
		Explain: "The observation is read strictly: a value of another shape or a null is refused.",
	}
	ObservationCount = Sentence{
		Code:    "observation-count",
		Text:    "%q is not a number",
		Hint:    "write a whole number from 1 on, or leave the row out",
		Explain: "A row is for at least one proxy.",
	}
	ObservationUnknownKey = Sentence{
		Code:    "observation-unknown-key",
		Text:    "there is no key %q here; there are %s",
		Hint:    "check spelling and upper case",
		Explain: "An unknown key could be a misspelt fact, so the observation is refused.",
	}
	ObservationDoubleKey = Sentence{
		Code:    "observation-double-key",
		Text:    "key %q is set twice",
		Hint:    "keep one of them",
		Explain: "Readers disagree on which of two equal keys counts.",
	}
	ObservationMissingKey = Sentence{
		Code:    "observation-missing-key",
		Text:    "key %q is missing",
		Hint:    "compare with `l5d-pki-render schema observation`",
		Explain: "Without this key the observation cannot be understood.",
	}
	ObservationHead = Sentence{
		Code:    "observation-head",
		Text:    "unknown apiVersion %q or kind %q (want %q or %q, kind %q)",
		Hint:    "hand in a document of kind Observation",
		Explain: "The first two keys say what a document is. The older apiVersion is the first form of observations, which is still read.",
	}
	ObservationInstant = Sentence{
		Code:    "observation-instant",
		Text:    "%q is no instant in UTC",
		Hint:    "write it like 2026-01-31T15:04:05Z",
		Explain: "Instants are RFC 3339, in UTC with Z.",
	}
	ObservationGroup = Sentence{
		Code:    "observation-group",
		Text:    "there is no group %q; there are %s",
		Hint:    "use one of these",
		Explain: "Endpoints come in groups, so that an observation can say which of them it saw whole.",
	}
	ObservationFingerprint = Sentence{
		Code:    "observation-fingerprint",
		Text:    "%q is not a fingerprint",
		Hint:    "write the SHA-256 of the certificate's DER as 64 lower-case hex digits, without colons",
		Explain: "Certificates are told apart by the SHA-256 of their DER form.",
	}
	ObservationNoFingerprint = Sentence{
		Code:    "observation-no-fingerprint",
		Text:    "the list of fingerprints is empty",
		Hint:    "leave the key out if nothing was seen",
		Explain: "Nobody holds an empty bundle; an empty list is a collector that saw nothing.",
	}
	ObservationDuplicate = Sentence{
		Code:    "observation-duplicate",
		Text:    "%q is listed twice",
		Hint:    "keep one of them",
		Explain: "A name, group, webhook or pod that is listed twice would be counted twice, and could stand in for one that was not seen.",
	}
	ObservationSetName = Sentence{
		Code:    "observation-set-name",
		Text:    "a bundle or chain cannot be named %q",
		Hint:    "choose another name; `none` is kept for pods that serve no chain yet",
		Explain: "Rows refer to bundles and chains by name.",
	}
	ObservationUnknownSet = Sentence{
		Code:    "observation-unknown-set",
		Text:    "no bundle or chain is named %q",
		Hint:    "list its fingerprints under `bundles` or `chains`, or leave the key out if it was not seen",
		Explain: "Rows refer to bundles and chains by the names that the observation gives them.",
	}
	ObservationNoPods = Sentence{
		Code:    "observation-no-pods",
		Text:    "the row has no pods",
		Hint:    "leave the row out, and write `pods: 0` under `coverage` if the group has none",
		Explain: "A row is for at least one proxy.",
	}
	ObservationPods = Sentence{
		Code:    "observation-pods",
		Text:    "invalid pods %q (want \"NAMESPACE/WORKLOAD COUNT\", such as \"shop/deploy/cart 3\")",
		Hint:    "workload and count may be left out: \"shop 12\", \"shop/deploy/cart\"; write - for a namespace that is not recorded",
		Explain: "Each entry says in which namespace, of which workload and how many pods hold and serve what the row says.",
	}
	ObservationText = Sentence{
		Code:    "observation-text",
		Text:    "has line breaks, tabs or characters that are not shown",
		Hint:    "take the observation again with `l5d-pki-render observe`; no name in a cluster has such characters",
		Explain: "An observation may come from anybody. What it says is printed among commands to run, and a line break in a name would put a line of its author's there.",
	}
	ObservationCoverage = Sentence{
		Code:    "observation-coverage",
		Text:    "%s has %d pods, but the observation describes %d",
		Hint:    "count the pods again, Terminating ones included",
		Explain: "The counts say how many pods there are; rows say how many of them were seen. More rows than pods means that one of the two is wrong.",
	}
	ObservationNoLeaf = Sentence{
		Code:    "observation-no-leaf",
		Text:    "pods that serve no chain yet have no leaf",
		Hint:    "leave `leaf` out, or `chain` if the chain was not seen",
		Explain: "`chain: none` is for pods that have just started and have no certificate yet.",
	}
)

// What is said of a change that is reviewed.
var (
	RotationNoMove = Sentence{
		Code:    "rotation-no-move",
		Text:    "no move leads from %q to this %q: %s",
		Hint:    "undo the edit of status, and make the change with start, advance or back",
		Explain: "A change of status is one move of the tool, whole: phase, roles, stamp and log. What somebody edited by hand cannot be told from a mistake.",
	}
	RotationFutureMove = Sentence{
		Code:    "rotation-future-move",
		Text:    "the last entry of the log was made at %s, after this review, %s",
		Hint:    "check the clocks of this machine and of the author's, and make the move again",
		Explain: "Waiting times are counted from the instants of the log, and no later move may lie before this one. An entry from the future would make all of them wait for it.",
	}
	RotationSkip = Sentence{
		Code:    "rotation-skip",
		Text:    "the change is not one move: epoch %d to %d, with %d new log entries",
		Hint:    "make one pull request for each phase, and merge and apply it before the next one is made",
		Explain: "Each phase is a resting state that controllers apply and that evidence is collected in. Two moves in one change leave out the phase between them: nothing delivered it, and yet the log says so and the next gate counts on it.",
	}
)
