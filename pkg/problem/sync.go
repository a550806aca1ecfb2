package problem

// What spec.outputs and the command sync say.
var (
	StateOutputField = Sentence{
		Code:    "state-output-field",
		Text:    "%s does not belong to an output of kind %q, but to: %s",
		Hint:    "remove the field, or correct the kind",
		Explain: "Each kind of output has its own fields; docs/outputs.md has the table. A field that is ignored would look as if it did something.",
	}
	StateOutputNeeds = Sentence{
		Code:    "state-output-needs",
		Text:    "an output of kind %q needs %s",
		Hint:    "add the field; docs/outputs.md has an example of every kind",
		Explain: "helm-values writes an object, which has a name that the HelmRelease refers to; chart renders a chart, which has to be named.",
	}
	StateOutputUnpinned = Sentence{
		Code:    "state-output-unpinned",
		Text:    "the chart comes over the network and has no digest",
		Hint:    "`l5d-pki-render chart CHART --print-digest` prints it; or keep the chart in the repository and name it with ./ or ../",
		Explain: "Under one name and version a repository may serve another chart tomorrow. With its digest in the state file the same commit renders the same bytes, and a changed chart is an error.",
	}
	StateOutputDigest = Sentence{
		Code:    "state-output-digest",
		Text:    "%s is not the digest of a chart",
		Hint:    "write sha256: and 64 hex digits, as `l5d-pki-render chart CHART --print-digest` shows it",
		Explain: "Charts are locked by their SHA-256.",
	}
	StateOutputKey = Sentence{
		Code:    "state-output-key",
		Text:    "%s cannot be the key of the values",
		Hint:    "use letters, digits, dots, underscores and dashes, such as values.yaml; identityTrustAnchorsPEM is taken by the bundle",
		Explain: "It is a key of the data of a ConfigMap or Secret; Kubernetes allows at most 253 of these characters.",
	}
	StateOutputSelect = Sentence{
		Code:    "state-output-select",
		Text:    "%s",
		Hint:    "name a kustomization with for, or write select: all, annotated or label=SELECTOR",
		Explain: "kustomize cannot see what Linkerd's injector decides by, so a Component names the workloads of one kustomization, or lets kustomize choose by labels and annotations.",
	}
	StateOutputText = Sentence{
		Code:    "state-output-text",
		Text:    "%s is not a reference: it has white space around it, control characters, or begins with a dash",
		Hint:    "write it as `helm` takes it",
		Explain: "Names of charts, repositories and versions go to Helm's libraries as they are.",
	}
	SyncNoOutputs = Sentence{
		Code:    "sync-no-outputs",
		Text:    "the state has no outputs",
		Hint:    "list the files that the tool should own under spec.outputs; docs/outputs.md has examples",
		Explain: "sync writes the files that spec.outputs names. Without any it would say that all is well and do nothing.",
	}
	SyncNoProducer = Sentence{
		Code:    "sync-no-producer",
		Text:    "outputs of kind %q cannot be written by this version",
		Hint:    "use a newer version, or remove the output; the others are not written without it",
		Explain: "All outputs are written, or none: a repository in which some files follow the phase and others do not is worse than an old one.",
	}
	SyncLate = Sentence{
		Code:    "sync-late",
		Text:    "the outputs take too long: %d of %d were computed when the time for all of them was over",
		Hint:    "have fewer outputs of kind chart, component and edit in one state, or smaller charts and directories",
		Explain: "Each render is bounded, and `pr --guard` renders all outputs of a change that nobody has reviewed yet. So their time is bounded together: one minute.",
	}
	SyncLeaves = Sentence{
		Code:    "sync-leaves",
		Text:    "%q leads out of the repository, to where nothing is written",
		Hint:    "choose a path below the directory that holds .git; symbolic links count by where they lead",
		Explain: "The tool owns files in its state file's repository only: the nearest directory upward with .git or, without one, the directory of the state file. Git's own directory is out of bounds too.",
	}
	SyncProtected = Sentence{
		Code:    "sync-protected",
		Text:    "%q is %s, which no output may be",
		Hint:    "choose another path in spec.outputs",
		Explain: "Whoever may edit spec.outputs could otherwise make this tool, with its own rights, write what Git, a CI system or a forge acts on: .git, .gitattributes, workflows, CODEOWNERS and their like, however a file system may spell them. A symbolic link is never written through or replaced.",
	}
	SyncForeign = Sentence{
		Code:    "sync-foreign",
		Text:    "exists, and is not owned by this state",
		Hint:    "choose another path, or move the file away if its content may go; an owned file begins with a line that says so",
		Explain: "Files that sync owns begin with a line that names the state. A file without it was written by somebody else and is never overwritten.",
	}
	SyncTwice = Sentence{
		Code:    "sync-twice",
		Text:    "is written by %s and by %s",
		Hint:    "give each output files of its own; symbolic links count by where they lead, and globs of kind edit must not match owned files",
		Explain: "Two outputs that write one file would overwrite each other at every run.",
	}
	SyncTwoStates = Sentence{
		Code:    "sync-two-states",
		Text:    "%s has the same metadata.name; the stale file %s may belong to it and is not removed",
		Hint:    "give each state file of a repository a metadata.name of its own, then run `l5d-pki-render sync` for each",
		Explain: "Owned files carry the name of their state in their first line. A file that no output names any more is removed, but not while another state of the repository has that name: it may be that state's output.",
	}
	SyncUnsure = Sentence{
		Code:    "sync-unsure-owner",
		Text:    "cannot be read (%s); if it is a state of the same name, the stale file %s may belong to it, so nothing is removed",
		Hint:    "repair the file or its permissions, or remove the stale file yourself, then run `l5d-pki-render sync` again",
		Explain: "Before sync removes a file that no output names any more, it looks at every file of the repository for another state of the same name. One that cannot be read, or a damaged state file, may be such a state.",
	}
	SyncKey = Sentence{
		Code:    "sync-key",
		Text:    "%s would hold a private key; nothing was written",
		Hint:    "find where the key comes from (a values file, a chart, a manifest in the glob) and remove it; whoever could read it has it, so replace it",
		Explain: "Files in Git never hold a private key in clear, raw or in base64. Every computed file is searched before the first one is written.",
	}
	SyncPartly = Sentence{
		Code:    "sync-partly",
		Text:    "%v; %d of %d files are done",
		Hint:    "remove the cause and run the command again: it does the rest; or `git checkout` the files to go back",
		Explain: "All files are prepared beside their places before the first is put in place, so that this is rare: the operating system refused a rename after it had allowed others.",
	}
)
