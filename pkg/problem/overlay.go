package problem

// What internal/overlay, the command component and post-render --kustomize say.
var (
	OverlayNoFolder = Sentence{
		Code:    "overlay-no-folder",
		Text:    "is not a directory",
		Hint:    "name the directory that holds the kustomization; it has to lie on this disk",
		Explain: "A kustomization is named by its directory, as with `kustomize build`. Addresses are not fetched: check the repository out and name the directory in it.",
	}
	OverlayNoKustomization = Sentence{
		Code:    "overlay-no-kustomization",
		Text:    "has %d kustomization files; it takes exactly one",
		Hint:    "keep one of kustomization.yaml, kustomization.yml and Kustomization there",
		Explain: "kustomize knows three names for its file and refuses a directory with none of them, or with two.",
	}
	OverlayRemote = Sentence{
		Code:    "overlay-remote",
		Text:    "%q lies on the network, and nothing is fetched here",
		Hint:    "keep a copy of it in the repository, or run `kustomize build` yourself and pipe its output in",
		Explain: "kustomize would run git or ask a server. What lies there can change without a commit here, so the same state would not give the same bytes; and a build for review should not send requests.",
	}
	OverlayTooLarge = Sentence{
		Code:    "overlay-too-large",
		Text:    "the file is larger than %d bytes",
		Hint:    "split the file, or leave it out of the kustomization",
		Explain: "Files of a kustomization are read into memory several times over, so their size is limited.",
	}
	OverlayOutside = Sentence{
		Code:    "overlay-outside",
		Text:    "%s lies outside of the repository, by its path or behind a symbolic link",
		Hint:    "bring the file or the base into the repository and name it by a relative path",
		Explain: "Where a whole repository is handed over to be built (Argo CD), and for an output of a state, a kustomization reads nothing else: other files of that machine belong to other applications or to the host, and may differ from machine to machine. Absolute links count as leading out.",
	}
	OverlayGit = Sentence{
		Code:    "overlay-git",
		Text:    "%s is in .git, which may hold credentials of the repository",
		Hint:    "keep what is applied outside of .git",
		Explain: "The configuration of a clone can have logins in it. Nothing of .git becomes a manifest.",
	}
	OverlayLimit = Sentence{
		Code:    "overlay-limit",
		Text:    "building the kustomization needed more than %d MiB of memory or %d s of processor time and was stopped",
		Hint:    "look for YAML aliases that multiply in the kustomization's files; a large build goes through `kustomize build`, whose output is piped in",
		Explain: "A few hundred bytes of YAML aliases can stand for gigabytes, and the guard builds kustomizations that nobody reviewed yet, so the program that builds them bounds itself. A process that the kernel killed for want of memory looks the same. Nothing was written.",
	}
	OverlayBuild = Sentence{
		Code:    "overlay-build",
		Text:    "kustomize cannot build it: %v",
		Hint:    "`kustomize build` of the directory shows the whole message; for files outside of the directory there is --load-restrictor none",
		Explain: "The words after the colon are kustomize's own, without the text of patches and keys. Functions, plugins and Helm charts are switched off, since they run programs: build such a kustomization yourself and pipe its output in.",
	}
	OverlayEmpty = Sentence{
		Code:    "overlay-empty",
		Text:    "the kustomization builds no objects",
		Hint:    "check its resources; a generator that is switched off gives nothing",
		Explain: "An empty output would make a controller remove everything that it manages, so it is never a success.",
	}
	OverlayRestrictor = Sentence{
		Code:    "overlay-load-restrictor",
		Text:    "--load-restrictor wants root or none, not %q",
		Hint:    "leave the flag out: kustomizations then load files from their own directory only",
		Explain: "With root, kustomize's own default, a file of a kustomization lies in its directory or below. With none it may lie anywhere on this disk. Bases in other directories are fine with both.",
	}
	OverlayWhich = Sentence{
		Code:    "overlay-which",
		Text:    "%s",
		Hint:    "--for DIR or --for FILE finds the meshed workloads there; --select all, annotated or label=SELECTOR lets kustomize choose; --control-plane is a Component of its own",
		Explain: "A Component stamps workloads that are named in it, or those that a selector of kustomize matches. kustomize cannot decide what is meshed, since that depends on the pod template and on the Namespace; so somebody has to say how they are chosen.",
	}
	OverlaySelector = Sentence{
		Code:    "overlay-selector",
		Text:    "%q is not a label selector",
		Hint:    "write it like label=app.kubernetes.io/part-of=shop or label='tier in (web,api)'",
		Explain: "The selector is one of Kubernetes' label selectors; kustomize compares it with the workload's own labels, not with those of its pods.",
	}
	OverlayStream = Sentence{
		Code:    "overlay-stream",
		Text:    "cannot be read as objects: %v",
		Hint:    "give it what `kustomize build` or `helm template` prints",
		Explain: "The workloads to be named in the Component are looked for in a stream of Kubernetes objects.",
	}
	OverlayForeign = Sentence{
		Code:    "overlay-foreign-file",
		Text:    "exists already and is not the tool's own",
		Hint:    "choose another directory with --to; a Component has a directory of its own",
		Explain: "A file that the tool owns begins with a line that says so. A kustomization without it was written by somebody else and is never overwritten.",
	}
	OverlayNoControlPlane = Sentence{
		Code:    "overlay-no-control-plane",
		Text:    "a Component has nothing to patch in this control plane: %s",
		Hint:    "use `post-render` or `values`; `manifests` writes the trust roots of charts with identity.externalCA",
		Explain: "The Component patches the trust roots ConfigMap and the annotation by which the pods follow it. Charts of 2.10 have neither; with identity.externalCA the chart renders no ConfigMap, and something else delivers it.",
	}
)
