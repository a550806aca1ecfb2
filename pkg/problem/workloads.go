package problem

// What `workloads` says, in pkg/render and internal/cli.
var (
	WorkloadsHollow = Sentence{
		Code:    "workloads-hollow",
		Text:    "this empty value has a form that could not be restored when the stamp is removed",
		Hint:    "write {} there, without comments and line breaks inside, or remove the field",
		Explain: "The stamp takes the place of an empty annotations or metadata, and taking it away again restores every byte. That holds for {}, null, ~ and nothing at all; this one has a comment, a line break, a tag or an anchor.",
	}
	WorkloadsNothing = Sentence{
		Code:    "workloads-nothing",
		Text:    "no meshed workload is in %s",
		Hint:    "say which namespaces are injected: --namespace-inject NAME=enabled; or pass --allow-nothing",
		Explain: "A workload is meshed when its pod template or its Namespace carries linkerd.io/inject: enabled (or ingress). The annotation of the workload itself does not count, as it does not count for the injector. Namespaces are looked for in the same input; those that live elsewhere are named with --namespace-inject. Skipping everything silently would look like a completed wave.",
	}
	WorkloadsTwoMinds = Sentence{
		Code:    "workloads-two-minds",
		Text:    "Namespace %q is linkerd.io/inject: %q here and %q in %s",
		Hint:    "name the files of one cluster only, or settle it: --namespace-inject NAME=enabled",
		Explain: "The Namespace is in two files that say different things, as happens when the directories of several clusters are passed together. Which of them holds decides whether its workloads are meshed.",
	}
	WorkloadsBadInject = Sentence{
		Code:    "workloads-bad-inject",
		Text:    "--namespace-inject wants NAME=enabled, NAME=ingress or NAME=disabled, not %q",
		Hint:    "write it like --namespace-inject emojivoto=enabled; several are separated by commas",
		Explain: "The flag says what a Namespace's annotation linkerd.io/inject holds in the cluster, for namespaces that are not in the input.",
	}
	WorkloadsNoFiles = Sentence{
		Code:    "workloads-no-files",
		Text:    "no .yaml, .yml or .json file is there",
		Hint:    "check the path; in a pattern ** means any number of directories, and quotes keep it from the shell",
		Explain: "Every path and pattern has to lead to at least one file, so that a typo does not look like a completed wave.",
	}
	WorkloadsBadPattern = Sentence{
		Code:    "workloads-bad-pattern",
		Text:    "is not a valid path pattern",
		Hint:    "* and ? match characters of one name, [a-z] one of them, ** any number of directories",
		Explain: "The pattern has a bracket that does not close, or the like.",
	}
	WorkloadsLink = Sentence{
		Code:    "workloads-link",
		Text:    "is a symbolic link that leaves its directory or its repository",
		Hint:    "name the file or directory that it leads to",
		Explain: "Files are replaced in place. Through a link that leaves its directory this would change a file outside of what was named, or put a file in the place of the link.",
	}
	WorkloadsPartly = Sentence{
		Code:    "workloads-partly",
		Text:    "cannot be written: %v; %d of %d files were written before it",
		Hint:    "make room or correct the permissions and run again: what was written stays as it is, the rest follows",
		Explain: "Every file was read and rendered before the first was written, and each is replaced whole: none is damaged. The operating system refused one of the writes.",
	}
)
