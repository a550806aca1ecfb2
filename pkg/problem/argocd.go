package problem

// What the commands cmp say, which Argo CD's plugin server runs.
var (
	ArgoCDParameters = Sentence{
		Code:    "argocd-parameters",
		Text:    "is no list of parameters: %v",
		Hint:    "write spec.source.plugin.parameters as a list of {name, string} or {name, array}",
		Explain: "Argo CD hands the parameters of an Application over as JSON. Nobody writes that by hand; a test of the command line may.",
	}
	ArgoCDUnknown = Sentence{
		Code:    "argocd-unknown-parameter",
		Text:    "there is no parameter %q; there are %s",
		Hint:    "correct the name in spec.source.plugin of the Application, under parameters or env",
		Explain: "A parameter with a slip in its name would be passed over and the application rendered another way than was asked for, so it is an error. Under env the names are in capitals, with _ for -.",
	}
	ArgoCDValue = Sentence{
		Code:    "argocd-parameter-value",
		Text:    "parameter %s takes %s, not %s",
		Hint:    "write texts, true and false under string, lists under array; under env a list has commas",
		Explain: "Every parameter is a text, a list of texts, or true or false; `l5d-pki-render cmp parameters` lists them with their form.",
	}
	ArgoCDTwice = Sentence{
		Code:    "argocd-parameter-twice",
		Text:    "parameter %s is set twice",
		Hint:    "remove one of them from spec.source.plugin.parameters",
		Explain: "Two values for one parameter leave open which one is meant.",
	}
	ArgoCDNoChart = Sentence{
		Code:    "argocd-no-chart",
		Text:    "parameter %s is for a chart, and none is rendered here",
		Hint:    "name the chart by the parameter chart, or remove this one from spec.source.plugin of the Application",
		Explain: "A chart is rendered where the parameter chart names one or the directory has a Chart.yaml. Here the directory's kustomization or manifests are, for which the parameter would be without effect.",
	}
	ArgoCDBoth = Sentence{
		Code:    "argocd-parameters-exclude",
		Text:    "parameters %s and %s exclude each other",
		Hint:    "leave one of them out, in the Application and in the sidecar's environment",
		Explain: "Secrets with private keys are printed, or something else delivers them; both cannot be meant.",
	}
	ArgoCDNoState = Sentence{
		Code:    "argocd-no-state",
		Text:    "there is no state file of this name",
		Hint:    "name it by the parameter state, relative to the application's directory; the whole repository can be reached, unless Argo CD copies only what argocd.argoproj.io/manifest-generate-paths lists",
		Explain: "The plugin renders the phase that a state file says, by default rotation.yaml in the application's directory. Without one there is nothing to render, and passing the objects through unchanged would hide it.",
	}
	ArgoCDLeaves = Sentence{
		Code:    "argocd-leaves",
		Text:    "cannot be used: %s",
		Hint:    "name files inside the repository by relative paths, and make links in it relative",
		Explain: "An application is rendered from its repository and from nothing else on the machine: other files there belong to other applications, or to Argo CD. Absolute paths, paths that climb above the repository's root and symbolic links that do so are refused.",
	}
	ArgoCDKeyFolder = Sentence{
		Code:    "argocd-key-folder",
		Text:    "the key lies outside of the repository, and not in the directory for keys",
		Hint:    "mount the keys into the sidecar and name that directory in its environment: L5D_PKI_KEYS_DIR",
		Explain: "With the parameter with-keys and custody file, keys may lie in the repository or in one directory that whoever runs the sidecar names. An Application cannot name it.",
	}
	ArgoCDSecrets = Sentence{
		Code:    "argocd-secrets",
		Text:    "the application has Secrets with private keys, and nothing says what becomes of them: %s",
		Hint:    "secrets-apart: true leaves them out, once something else delivers them; with-keys: true prints them, into Argo CD's cache in clear",
		Explain: "Argo CD keeps what a plugin prints in its cache, in clear, so keys are not printed unless that is asked for. But Argo CD also removes from the cluster what an application had and has no longer: leaving the Secrets out in silence would delete the issuer's key under a running mesh. So it has to be said, once. Mark the live Secrets with argocd.argoproj.io/sync-options: Prune=false before you leave them out.",
	}
	ArgoCDForeignSecrets = Sentence{
		Code:    "argocd-foreign-secrets",
		Text:    "the application has Secrets with private keys that are not the mesh's, and nothing of this tool delivers them: %s",
		Hint:    "keep them out of it: in another application, or by the parameter `exclude`; list a webhook of the mesh in the state (`status.webhooks`), so that its Secret is known",
		Explain: "Argo CD keeps what a plugin prints in its cache, in clear, so Secrets with keys are left out of it; and what an application has no longer, Argo CD removes from the cluster. The issuer's Secret and those of the webhooks that the state lists are delivered by other means. Others would only be lost.",
	}
	ArgoCDNotManifest = Sentence{
		Code:    "argocd-no-manifest",
		Text:    "document %d is no manifest: %s",
		Hint:    "leave the file out: by the parameter exclude, or by a comment in it: # +argocd:skip-file-rendering",
		Explain: "The file looks like a Kubernetes object, so passing it over might drop an object from the cluster. Files without apiVersion, kind and metadata are passed over, as Argo CD does.",
	}
	ArgoCDNothing = Sentence{
		Code:    "argocd-nothing",
		Text:    "the application's directory has neither a chart, nor a kustomization, nor manifests",
		Hint:    "check spec.source.path; name a chart by the parameter chart",
		Explain: "Printing nothing would be taken for an application without objects, and Argo CD would remove all that it had.",
	}
	ArgoCDKeysFor = Sentence{
		Code:    "argocd-keys-for",
		Text:    "%s is invalid: %s",
		Hint:    "write entries separated by ; like `project=mesh app=linkerd repo=https://git.example/mesh.git revision=main`, in the environment of the sidecar",
		Explain: "L5D_PKI_KEYS_FOR lists the applications for which Argo CD's plugin opens private keys, L5D_PKI_REGISTRY_LOGIN_FOR those for which it uses the sidecar's login of a registry. Each entry has all of project, app, repo and revision. `*` means every app or every revision; project and repo must be exact. An invalid list allows nobody.",
	}
	ArgoCDKeysUnknown = Sentence{
		Code:    "argocd-keys-unknown",
		Text:    "private keys are not opened: %s is not set, so it is not known which application asks for them",
		Hint:    "set project and targetRevision in the Application; Argo CD older than 3.0 does not pass the project, so use `secrets-apart` there",
		Explain: "The plugin opens private keys only for applications that L5D_PKI_KEYS_FOR in the environment of the sidecar lists by project, name, repository and target revision. Argo CD passes these as ARGOCD_APP_PROJECT_NAME (since 3.0), ARGOCD_APP_NAME, ARGOCD_APP_SOURCE_REPO_URL and ARGOCD_APP_SOURCE_TARGET_REVISION. One that is missing or empty allows nothing.",
	}
	ArgoCDKeysStreamed = Sentence{
		Code:    "argocd-keys-streamed",
		Text:    "private keys are opened for a commit that Argo CD fetched, and ARGOCD_APP_REVISION is %q",
		Hint:    "let Argo CD fetch what you want to see (`argocd app diff` without --local), or set `secrets-apart` instead of `with-keys`",
		Explain: "Whoever may look at an application may send files of their own to be rendered in its place (`argocd app diff --local --server-side-generate`). Argo CD names the application, its repository and its target revision all the same, but ARGOCD_APP_REVISION is `streamed` then. Nobody reviewed such files, so no key is opened for them.",
	}
	ArgoCDKeysLogged = Sentence{
		Code:    "argocd-keys-logged",
		Text:    "private keys are not opened: %s is %q, so the sidecar would log them",
		Hint:    "set ARGOCD_CMP_SERVER_LOGLEVEL to info, and not --loglevel to debug or trace",
		Explain: "At the levels debug and trace the server of the plugin logs everything that the plugin prints, Secrets with private keys too.",
	}
	ArgoCDKeysChart = Sentence{
		Code:    "argocd-keys-chart",
		Text:    "private keys are not given to the chart %s: the application's parameters name it, and the state file does not",
		Hint:    "name it, with the same chart, repo and digest, as an output of kind chart in the state file, take a chart of the repository, or set `secrets-apart`",
		Explain: "A chart gets the keys as values, and its templates may print them anywhere. The parameters are chosen by whoever may write the Application; the state file, and charts of the repository, by whoever reviews the protected branch. So with keys a chart from the network counts only if the state file names it.",
	}
	ArgoCDKeysRefused = Sentence{
		Code:    "argocd-keys-refused",
		Text:    "private keys are not opened for this application. The entry that would allow it is: %s",
		Hint:    "add the entry to L5D_PKI_KEYS_FOR in the environment of the sidecar, or set `secrets-apart` instead of `with-keys`",
		Explain: "The sidecar renders the repositories of all tenants, and a state file can name any key file that the sidecar can open. So only applications that the operator of the sidecar lists in L5D_PKI_KEYS_FOR get private keys; by default nobody does. List the mesh's own application only: everybody who can push to that revision of that repository can read the keys.",
	}
	ArgoCDKeysNamespace = Sentence{
		Code:    "argocd-keys-namespace",
		Text:    "private keys are not opened: the application's destination namespace is %q, and the state file's control plane is in %q",
		Hint:    "set spec.destination.namespace of the Application to the namespace of the control plane or of the extension",
		Explain: "Argo CD puts objects without a namespace into the application's destination namespace. Private keys belong in the namespaces that the state file names (spec.linkerd.namespace, vizNamespace, jaegerNamespace, multiclusterNamespace) and nowhere else.",
	}
	ArgoCDKeyElsewhere = Sentence{
		Code:    "argocd-key-elsewhere",
		Text:    "a private key of the state file is in %s",
		Hint:    "remove it from the chart's templates or from the manifests: keys are only allowed in the Secrets of the issuer and of the webhooks",
		Explain: "With the parameter with-keys, private keys are printed in the Secrets that the state file is about: the issuer's and the webhooks'. Any other object that contains one of these keys would show it to everybody who can read that object.",
	}
	ArgoCDLimit = Sentence{
		Code:    "argocd-limit",
		Text:    "%s is invalid: %q (want %s)",
		Hint:    "correct the variable in the environment of the sidecar, or remove it to get the default",
		Explain: "L5D_PKI_CMP_MEMORY_LIMIT, L5D_PKI_CMP_OUTPUT_LIMIT and L5D_PKI_CMP_TIME_LIMIT limit what one render of Argo CD's plugin may use, L5D_PKI_CMP_RENDERS how many run at once. The defaults are 512Mi for each process, 10Mi, 45s and 3.",
	}
	ArgoCDTooLong = Sentence{
		Code:    "argocd-too-long",
		Text:    "rendering took longer than %v and was stopped",
		Hint:    "look for loops in templates and for aliases in YAML that multiply; L5D_PKI_CMP_TIME_LIMIT in the environment of the sidecar raises the limit",
		Explain: "The plugin stops a render before Argo CD kills it (after 60 seconds by default), so that the application shows the reason. Nothing was printed. If the render needs the time, raise the time-out of Argo CD's repository server too (--repo-server-timeout-seconds of the controller and the server).",
	}
	ArgoCDBusy = Sentence{
		Code:    "argocd-busy",
		Text:    "waited %v for other renders to end: at most %d run at once, %d of them of one project",
		Hint:    "refresh the application later; look for applications that render for a long time. L5D_PKI_CMP_RENDERS in the environment of the sidecar raises the number, and its container then needs more memory",
		Explain: "Each render of Argo CD's plugin may use much memory and time, so only some run at once in a sidecar; the others wait, within the limit of time of a render. One project never has all of them. Nothing was printed.",
	}
	ArgoCDMemory = Sentence{
		Code:    "argocd-memory",
		Text:    "rendering needed more than %s of memory",
		Hint:    "look for `repeat`, `until` and recursion in templates, and for aliases in YAML that multiply; L5D_PKI_CMP_MEMORY_LIMIT in the environment of the sidecar raises the plugin's limit",
		Explain: "Each process of a render of Argo CD's plugin may use 512 MiB by default, so that one tenant's repository cannot take the memory of the repository server. A process that the kernel killed counts as one that used too much, since the memory of the machine or of the container is gone then. Nothing was printed.",
	}
	ArgoCDOutput = Sentence{
		Code:    "argocd-output",
		Text:    "the application's objects are more than %s of text for Argo CD",
		Hint:    "split the application, and look for aliases in YAML, which Argo CD writes out; L5D_PKI_CMP_OUTPUT_LIMIT in the environment of the sidecar raises the limit, and its container then needs more memory",
		Explain: "Argo CD's plugin server reads all that a plugin prints, and takes many times as much memory for it, which no limit of one render bounds: without memory it ends, and with it the renders of all tenants. What counts is the JSON that it makes of them: aliases are written out, characters such as < take six bytes, and each value counts for 16 bytes at least. The default is Argo CD's own limit for the manifests of a directory. Nothing was printed.",
	}
	ArgoCDCrashed = Sentence{
		Code:    "argocd-crashed",
		Text:    "rendering ended abnormally: %v",
		Hint:    "run `l5d-pki-render cmp generate` in a checkout of the application's repository, and report what it prints",
		Explain: "The process that renders died without a message of its own. What it printed is not repeated here, since it may contain secrets. Nothing was rendered.",
	}
)
