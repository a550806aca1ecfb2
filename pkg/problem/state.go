package problem

// Reading the state file's text.
var (
	StateOtherKind = Sentence{
		Code:    "state-other-kind",
		Text:    "this is %s (%s), not a state file",
		Hint:    "name the state file with --state, for example --state pki/rotation.yaml; an observation is passed with --evidence",
		Explain: "The file is an object of another kind. A state file has apiVersion l5d-pki-render/v1alpha1 and kind Rotation.",
	}
	StateNoState = Sentence{
		Code:    "state-no-state",
		Text:    "this is not a state file: it has none of the keys apiVersion, kind, metadata, spec and status",
		Hint:    "name the state file with --state, for example --state pki/rotation.yaml",
		Explain: "The file holds something else, such as Helm values. A state file has apiVersion l5d-pki-render/v1alpha1 and kind Rotation.",
	}
	StateConflict = Sentence{
		Code:    "state-conflict",
		Text:    "has unresolved merge conflicts (lines %s)",
		Hint:    "take whole the side that your host has applied: `git checkout --ours` (in a merge: your branch) or `git checkout --theirs` and the file's name; in a rebase the two names are swapped",
		Explain: "Git left its conflict markers in the file. The status of a state belongs together: phase, certificates and log of one side must not be combined with those of another, and a mixed one is refused. Take the side that is in force, usually the main branch's: in a merge into your branch `--theirs`, in a rebase onto it `--ours`. The move of the other side is lost when you commit: make it again, on top, with `l5d-pki-render advance`.",
	}
	StateTooLarge = Sentence{
		Code: "state-too-large", Text: "the state file has %d bytes; at most %d are read",
		Hint:    "check that this is the state file: a real one has some 20 kB",
		Explain: "A state file holds a handful of certificates and a log. A file over the cap is something else, and reading it whole would only cost memory.",
	}
	StateEmpty = Sentence{
		Code: "state-empty", Text: "the state file holds no document",
		Hint:    "write one with init, or restore it from Git",
		Explain: "An empty file, or one that holds comments only, is not taken as \"no rotation\": a truncated file looks just the same, and rendering from it would remove the trust anchors.",
	}
	StateTab = Sentence{
		Code: "state-tab", Text: "the indentation has a tab",
		Hint:    "indent with spaces: YAML forbids tabs there",
		Explain: "YAML 1.2 section 6.1 forbids tabs in indentation, since their width is a matter of taste. Replace them by spaces.",
	}
	StateReader = Sentence{
		Code: "state-reader", Text: "Kubernetes' YAML 1.1 reader does not take this file, although YAML 1.2 would",
		Hint:    "write it plainly: block style, double quotes without \"\\/\", no line separators inside of text",
		Explain: "The file is read twice, by a YAML 1.2 reader and as Kubernetes reads YAML (version 1.1). Tools around it use one or the other, so a file that only one of them takes is refused.",
	}
	StateNotPlain = Sentence{
		Code: "state-not-plain", Text: "%s is not allowed in a state file",
		Hint:    "write the value out where it is used",
		Explain: "Anchors (&name), aliases (*name), merge keys (<<) and tags (!name) make one place of a file change another. In a file that is reviewed line by line, and written back line by line, every value is where it counts.",
	}
	StatePrivateKey = Sentence{
		Code: "state-private-key", Text: "the state file has a private key",
		Hint:    "move it into a file that custody keeps, name that file under key, and treat the key as disclosed if this file was ever committed",
		Explain: "The state file is reviewed and lives in Git. It names keys by path and never holds one. A key that was pushed once must be taken as known to others: rotate what it signed.",
	}
)

// Shape: keys, types and required fields.
var (
	StateUnknownKey = Sentence{
		Code: "state-unknown-key", Text: "there is no key %s here",
		Explain: "Keys are read strictly, case included: a misspelt key that was ignored would leave a default in force that nobody chose. docs/state-file.md lists every field.",
		Hint:    "see docs/state-file.md for the fields of a state file",
	}
	StateDuplicateKey = Sentence{
		Code: "state-duplicate-key", Text: "key %s is set twice; the first one is on line %d",
		Hint:    "remove one of the two",
		Explain: "YAML readers disagree on which of two equal keys wins. Keep one.",
	}
	StateMissingKey = Sentence{
		Code: "state-missing-key", Text: "the key %q is missing",
		Hint:    "add it; docs/state-file.md has a full example",
		Explain: "The field has no default that would be safe to assume.",
	}
	StateWrongType = Sentence{
		Code: "state-wrong-type", Text: "%s is wanted here, not %s",
		Hint:    "see docs/state-file.md for the type of each field",
		Explain: "The value has another YAML type than the field. A field that should have its default is left out: a key without a value is refused too.",
	}
	StateUnquoted = Sentence{
		Code: "state-unquoted", Text: "%s without quotes is read as %s; text is wanted here",
		Hint:    "put it in double quotes",
		Explain: "YAML guesses the type of an unquoted value: 2.20 is the number 2.2, no and on are truth values for Kubernetes' reader, 0777 and 1e3 are numbers, 2026-01-01 is a date. Quotes end the guessing.",
	}
	StateInteger = Sentence{
		Code: "state-integer", Text: "%s is not a whole number in plain decimal digits",
		Hint:    "write it like 0 or 12: no quotes, sign, leading zero, underscore or base",
		Explain: "Numbers such as 0777, 0x10, 1_000 and 1:30 mean different things to YAML 1.1 and 1.2. Only plain decimal digits are read.",
	}
)

// Values of single fields.
var (
	StateAPIVersion = Sentence{
		Code: "state-api-version", Text: "%s is %s; this version reads %q",
		Hint:    "check that this is the state file and not another manifest",
		Explain: "apiVersion and kind say what the file is and in which version of its format. A file of another kind is refused before anything in it is believed.",
	}
	StateDNSName = Sentence{
		Code: "state-dns-name", Text: "%s is not %s",
		Hint:    "use lower-case letters, digits and inner hyphens, at most 63 characters (between dots)",
		Explain: "Kubernetes names follow RFC 1123: labels of lower-case letters, digits and hyphens, not at either end, up to 63 characters. A trust domain is one or more such labels, joined by dots, up to 253 characters; every identity of the mesh has it.",
	}
	StateChoice = Sentence{
		Code: "state-choice", Text: "%s is not one of %s",
		Hint:    "write one of them, in this spelling",
		Explain: "The field has a closed set of values. docs/state-file.md says what each of them means.",
	}
	StateVersionForm = Sentence{
		Code: "state-version-form", Text: "%s is not a Linkerd version",
		Hint:    "write \"2.18\", \"2.14.10\", \"stable-2.12.6\", \"version-2.18\" or \"edge-25.4.4\"; for a distribution, the release that it is built on",
		Explain: "spec.linkerd.version selects the generation of chart templates whose objects are edited. `linkerd version`, or linkerdVersion in ConfigMap linkerd-config, tells it.",
	}
	StateVersionUnknown = Sentence{
		Code: "state-version-unknown", Text: "the charts of Linkerd %q are not known; known are %s",
		Hint:    "use a version of this tool that knows the charts, or upgrade Linkerd first",
		Explain: "Which objects carry trust anchors, and in which bytes, was read from the charts of each Linkerd release. For a release outside that range it would be a guess, and a wrong guess leaves an object with the wrong anchors.",
	}
	StateDuration = Sentence{
		Code: "state-duration", Text: "%s is not a length of time above zero",
		Hint:    "write \"24h\", \"1h30m\" or, in whole days, weeks or years of 365 days, \"90d\", \"52w\", \"10y\"",
		Explain: "Lengths of time are texts in Go's form with the further units d, w and y. Zero and less make no sense here; leave the field out to have its default.",
	}
	StateSchedule = Sentence{
		Code: "state-schedule", Text: "%s is not a cron schedule",
		Hint:    "write five fields such as \"0 0 * * *\", or @hourly, @daily, @weekly, @monthly, @yearly",
		Explain: "heartbeatSchedule goes into spec.schedule of CronJob linkerd-heartbeat. The chart would put the minute of rendering there, so it is pinned. Time zone prefixes (TZ=) are refused by Kubernetes, too.",
	}
	StateName = Sentence{
		Code: "state-name", Text: "%s is not a usable name",
		Hint:    "use letters, digits and inner \".\", \"_\" or \"-\", at most 63 characters",
		Explain: "Names of anchors, issuers and links are labels for people: messages, branches and file names have them.",
	}
	StateNameTwice = Sentence{
		Code: "state-name-twice", Text: "the name %q is taken by %s",
		Hint:    "give one of them another name",
		Explain: "Two entries of one list with one name could not be told apart in a message or a commit.",
	}
	StateOwnedName = Sentence{
		Code: "state-owned-name", Text: "%s is the name of an object that Linkerd's charts or the cluster make",
		Hint:    "give it another name; a trust bundle may have none",
		Explain: "trust-manager makes ConfigMaps of a bundle's own name in every namespace, and an output of kind helm-values is a ConfigMap or Secret. One with the name of linkerd-identity-trust-roots, linkerd-identity-issuer, linkerd-config, a Secret of a webhook kube-root-ca.crt, coredns, aws-auth or argocd-cm would be written over what is there. With custody cert-manager and externalCA the manifests have Linkerd's own bundle already.",
	}
	StateTrustBundleTwice = Sentence{
		Code: "state-trust-bundle-twice", Text: "a trust bundle of the name %s is listed already",
		Hint:    "give one of them another name",
		Explain: "A Bundle and a ClusterBundle of one name make the same ConfigMaps, so they count as the same.",
	}
	StateTrustBundleVersion = Sentence{
		Code: "state-trust-bundle-version", Text: "a %s has no version to choose",
		Hint:    "remove the version",
		Explain: "Only a ClusterTrustBundle is served in two versions: v1 from Kubernetes 1.37 on, v1beta1 before.",
	}
	StatePath = Sentence{
		Code: "state-path", Text: "the path is %s",
		Hint:    "write it relative to the state file, with \"/\", as short as it can be, such as keys/2026-1.age",
		Explain: "Paths are relative to the directory of the state file and may not leave its repository. An absolute path would mean something else on every machine; only custody \"file\", which reads keys on a live host, may use one.",
	}
	StateBreaks = Sentence{
		Code: "state-breaks", Text: "%s has control characters or line breaks",
		Hint:    "give the directory or the entry a name without them",
		Explain: "Paths and names are printed in commands and notes. With a line break in one of them, whoever chose the name would choose a line that looks like one of this tool's.",
	}
	StateProtected = Sentence{
		Code: "state-protected", Text: "the path is %s, which no output may be",
		Hint:    "choose another path",
		Explain: "Git reads .git, .gitattributes, .gitmodules and .gitignore in every directory, under each name that some file system takes for the same: in capitals, with trailing dots or spaces, as GIT~1, with invisible characters.",
	}
	StateTooMany = Sentence{
		Code: "state-too-many", Text: "the list has %d entries, at most %d are allowed",
		Hint:    "split the state: one state file per mesh",
		Explain: "Each entry is a file that is read or written by every command. The cap keeps a state from a pull request from keeping a machine busy.",
	}
	StatePathTwice = Sentence{
		Code: "state-path-twice", Text: "the path is already that of %s",
		Hint:    "give each output a file of its own",
		Explain: "An output is a file that is written as a whole. Two outputs with one path would overwrite each other.",
	}
	StateInstant = Sentence{
		Code: "state-instant", Text: "%s is not an instant in UTC",
		Hint:    "write it like 2026-11-03T09:30:00Z",
		Explain: "Instants are RFC 3339 in UTC with the suffix Z, in whole seconds, so that two of them can be compared as text.",
	}
	StateDigest = Sentence{
		Code: "state-digest", Text: "%s is not a SHA-256 in lower-case hex",
		Hint:    "restore the line from Git: the tool writes these 64 digits",
		Explain: "Log entries name evidence and their predecessor by SHA-256, 64 lower-case hex digits.",
	}
	StateNegative = Sentence{
		Code: "state-negative", Text: "the epoch is %d; it starts at 0 and only grows",
		Hint:    "restore the value from Git; git log -p shows the last one",
		Explain: "The epoch counts changes of phase, forward and back. It never decreases, so that two states can be put in order.",
	}
)

// Certificates, as far as the state file looks at them.
var (
	StateNotPEM = Sentence{
		Code: "state-not-pem", Text: "this is not a PEM certificate",
		Hint:    "paste the whole block, from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, under a \"|-\"",
		Explain: "Certificates are in the state file as PEM text: they are public, and reviewers see what changes.",
	}
	StateDamagedPEM = Sentence{
		Code: "state-damaged-pem", Text: "block %d of %d is damaged",
		Hint:    "export the certificate again; damaged blocks are never skipped",
		Explain: "A PEM block that cannot be decoded is skipped in silence by most readers, and with it an anchor would vanish from the bundle.",
	}
	StateForeignPEM = Sentence{
		Code: "state-foreign-pem", Text: "block %d of %d is a %s, not a CERTIFICATE",
		Hint:    "keep the CERTIFICATE blocks only",
		Explain: "Only certificates belong here. Requests, revocation lists and parameters are something else, and a state file never has keys.",
	}
	StateTextAroundPEM = Sentence{
		Code: "state-text-around-pem", Text: "text is outside the PEM blocks",
		Hint:    "remove it, or make it a comment line that begins with \"#\"",
		Explain: "Stray text around PEM blocks is skipped by some readers and fatal to others; Linkerd's own reader stops at it.",
	}
	StateOneCertificate = Sentence{
		Code: "state-one-certificate", Text: "one certificate is wanted here, found %d",
		Hint:    "list every anchor as an item of its own",
		Explain: "Each trust anchor has a name and a role, so each is an item of the list with exactly one certificate.",
	}
)

// Phase, roles and the rest of status against each other.
var (
	StatePhaseNeedsRotation = Sentence{
		Code: "state-phase-needs-rotation", Text: "phase %s is part of a rotation, but status.rotation is absent",
		Hint:    "restore status from Git; outside of a rotation the phase is \"stable\"",
		Explain: "status.rotation says which rotation is under way. Outside of one the phase is stable. Phases are changed with advance and back, which keep the two together.",
	}
	StateStableInRotation = Sentence{
		Code: "state-stable-in-rotation", Text: "phase \"stable\" has no rotation, but status.rotation says %q",
		Hint:    "restore status from Git, or go on with advance or back",
		Explain: "A rotation begins and ends in the phase stable, without status.rotation in both. A file that has both was edited by hand in one place and not in the other.",
	}
	StateStrategy = Sentence{
		Code: "state-strategy", Text: "a rotation of kind %q has %s, found %s",
		Hint:    "restore status.rotation from Git",
		Explain: "Only the rotation of an anchor has strategies: bundle (the documented procedure) and cross-sign (one restart wave).",
	}
	StatePhaseUnknown = Sentence{
		Code: "state-phase-unknown", Text: "%s is not a phase of %s; its phases are %s",
		Hint:    "restore status from Git and use advance or back",
		Explain: "Each kind and strategy of rotation walks through its own phases; docs/phases.md has the tables.",
	}
	StateRoles = Sentence{
		Code: "state-roles", Text: "phase %q needs %s, found %s",
		Hint:    "restore status from Git and use advance or back; or make the roles agree with the phase",
		Explain: "The phase says which anchors and issuers are in play. A state whose roles contradict its phase is refused before anything is rendered, since the bundle would not be the one that the phase promises.",
	}
	StateOrder = Sentence{
		Code: "state-order", Text: "the incoming %s is before the outgoing one",
		Hint:    "list outgoing first, then incoming",
		Explain: "The order of the anchors in the file is their order in the bundle, and the bundle's bytes are hashed. One order for everyone keeps the bytes the same.",
	}
	StateRetiredRole = Sentence{
		Code: "state-retired-role", Text: "a retired anchor has no role, found %s",
		Hint:    "remove the role, or move the anchor back to status.anchors",
		Explain: "status.retired lists anchors that left the bundle. They play no part in any phase.",
	}
	StateWebhookPair = Sentence{
		Code: "state-webhook-pair", Text: "%s",
		Hint:    "give a certificate and its key together on both sides, or a caBundle alone where the Secret is someone else's",
		Explain: "A webhook's certificate and key are served from one Secret. Either the state owns that Secret, now and after a rotation, or it owns the caBundle only.",
	}
	StateWebhookIncoming = Sentence{
		Code: "state-webhook-incoming", Text: "%s",
		Hint:    "restore status.webhooks from Git and use start, advance or back",
		Explain: "Incoming webhook material exists only while webhooks are rotated, and then for at least one of them.",
	}
	StateLeaves = Sentence{
		Code: "state-leaves", Text: "leaves is set in phase %q, where no leaf of the outgoing issuer has gone yet",
		Hint:    "remove leaves: it is written on the way into issuer-spread",
		Explain: "leaves records whether the leaves of the outgoing issuer were waited out or restarted away. That happens on the way into issuer-spread of an anchor rotation.",
	}
	StateStamp = Sentence{
		Code: "state-stamp", Text: "%s is not a stamp: 16 lower-case hex digits",
		Hint:    "restore it from Git: the tool writes stamps",
		Explain: "The rollout stamp is an annotation on every meshed workload. Changing it by hand restarts the whole mesh.",
	}
	StateWave = Sentence{
		Code: "state-wave", Text: "%s",
		Hint:    "restore status from Git; remove wave when no wave is split",
		Explain: "status.wave exists while a wave is split over namespaces: it lists those that have the new stamp and names the stamp that the others keep.",
	}
	StateAdopted = Sentence{
		Code: "state-adopted", Text: "adoptedBundle outlived a change of the bundle: the log goes from epoch %d to %d",
		Hint:    "remove adoptedBundle",
		Explain: "adoptedBundle keeps the raw bytes of a running mesh so that adopting it restarts nothing. From the first change of the bundle on it is written in its canonical form; rotations of the issuer and of webhooks keep the raw bytes, since other bytes would restart the control plane.",
	}
	StateLink = Sentence{
		Code: "state-link", Text: "a link names either state or observation, found %s",
		Hint:    "give the path of the linked cluster's state file or of a saved observation",
		Explain: "What a linked cluster trusts is taken from its state file or from an observation of it. With neither it would be unknown, with both it would be undecided.",
	}
	StateLinkName = Sentence{
		Code: "state-link-name", Text: "link %q %s",
		Hint:    "name the link as metadata.name of the linked cluster's state file does",
		Explain: "Observations name clusters by metadata.name. Under another name, what is known of the linked cluster would not count, and that of another cluster would.",
	}
	StateLayout = Sentence{
		Code: "state-layout", Text: "%s",
		Hint:    "use layout external, and an output of kind manifests or the custody's object for the issuer",
		Explain: "layout belongs to outputs of kind values. The layout embedded holds the issuer's private key; it goes to stdout or a host and is never a file owned in Git.",
	}
	StateLogChain = Sentence{
		Code: "state-log-chain", Text: "the chain is broken here: previous is %s, but the entry before has the digest %s",
		Hint:    "restore status.log from Git: entries are added and never edited",
		Explain: "Each log entry carries the SHA-256 of the one before it, and the first carries none. A broken chain means that an entry was changed, removed or merged by hand.",
	}
	StateLogRewritten = Sentence{
		Code: "state-log-rewritten", Text: "entry %d (epoch %d, phase %s) of the older version is missing or changed",
		Hint:    "restore the log from Git: entries are only ever added",
		Explain: "The log of an older version of the file must be the unchanged beginning of the newer one. A revert of commits drops entries: use `back`, which keeps them.",
	}
	StateLogCut = Sentence{
		Code: "state-log-cut", Text: "this clone is %s: whether an entry was changed in a version that it does not have cannot be told",
		Hint:    "fetch the whole history (`git fetch --unshallow`; fetch-depth: 0 in GitHub's and Gitea's checkout, GIT_DEPTH: \"0\" in GitLab), in a partial clone make a whole one (no --filter), then run `l5d-pki-render log --verify` again",
		Explain: "`log --verify` compares the log with every version of the file in Git. In a shallow clone the versions before its end are missing, in a partial one contents of older commits, and an entry that was changed or dropped there would not be seen.",
	}
	StateLogOld = Sentence{
		Code: "state-log-old", Text: "the log is in its old form: this entry has no move",
		Hint:    "run `l5d-pki-render log --migrate` (with --state FILE), review the change and commit it",
		Explain: "In the old form `why` was a sentence that also said which move was made and on whose word. Now these are fields, and the sentence is never parsed. The old form is read from the base branch and by the command that migrates the file, and nowhere else: a pull request cannot bring it.",
	}
	StateLogField = Sentence{
		Code: "state-log-field", Text: "%s",
		Hint:    "restore status.log from Git: entries are added by moves and never edited; docs/state-file.md lists the fields of each move",
		Explain: "A log entry says in fields which move was made, of which rotation, what a person vouched for and accepted. Each move has its own fields, and each assumption a known code and a reason. Old entries (move legacy) only begin a log.",
	}
	StateLogOrder = Sentence{
		Code: "state-log-order", Text: "epoch %d follows epoch %d",
		Hint:    "restore status.log from Git",
		Explain: "The epoch never decreases, so neither do the epochs of the log.",
	}
	StateLogBackdated = Sentence{
		Code: "state-log-backdated", Text: "entry %d of the log was made at %s, before the entry that it follows, %s",
		Hint:    "undo the edit of status, check this machine's clock, and make the move again",
		Explain: "Waiting times are counted from the instants of the log. A move that is dated back would let an observation count that was taken before it.",
	}
	StateLogEnd = Sentence{
		Code: "state-log-end", Text: "the last entry says epoch %d and phase %s, status says epoch %d and phase %s",
		Hint:    "restore status from Git and use advance or back; or empty the log to begin it anew",
		Explain: "The last log entry describes the move that led here. If it does not, either status or the log was edited by hand. An empty log is valid everywhere.",
	}
	StateUpdate = Sentence{
		Code: "state-update", Text: "the new state cannot be written into the file without changing more than was asked",
		Hint:    "write the file in plain block style, as init does, and try again; nothing was written",
		Explain: "A state file is written back by replacing only the values that differ, and read again as a check. Unusual layouts can make that impossible; the file is then left as it is.",
	}
	StateCustodyField = Sentence{
		Code: "state-custody-field", Text: "%s does not belong to custody %q, but to: %s",
		Hint:    "remove the field, or correct the kind",
		Explain: "Each kind of custody has its own fields; docs/custody.md has the table. A field that is ignored would look as if it did something.",
	}
	StateRecipients = Sentence{
		Code: "state-recipients", Text: "%s",
		Hint:    "list public keys: age1..., as `age-keygen -y` prints it, or a line of an SSH public key file (ssh-ed25519, ssh-rsa)",
		Explain: "Custody age encrypts every private key to the recipients in spec.custody.recipients, or with a passphrase. age does not allow both for one file.",
	}
)
