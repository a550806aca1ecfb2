package problem

// What internal/chart and the command chart say.
var (
	ChartLink = Sentence{
		Code:    "chart-link",
		Text:    "%q in the chart's directory leads out of its repository, or to what Git keeps",
		Hint:    "put a copy of the file in the place of the link",
		Explain: "Helm follows links in a chart's directory, and a template may write what they lead to into its output: files of this machine, or credentials in .git/config. Without a repository the chart's own directory is the limit.",
	}
	ChartNotFound = Sentence{
		Code:    "chart-not-found",
		Text:    "there is no chart: %v",
		Hint:    "give a directory, an archive (.tgz), a URL, oci://HOST/PATH, or a name with --repo URL; check name and --version",
		Explain: "A chart is looked for as a file first; a name that is no file needs --repo. The repositories that `helm repo add` knows by name are not read: the repository is part of what a reviewer sees.",
	}
	ChartDamaged = Sentence{
		Code:    "chart-damaged",
		Text:    "is not a complete chart archive: %v",
		Hint:    "download it again, or pack the chart again with `helm package`",
		Explain: "A chart archive is one gzip stream with one tar archive, read to its last byte; a truncated one would render a smaller release than you asked for.",
	}
	ChartUnsafePath = Sentence{
		Code:    "chart-unsafe-path",
		Text:    "the archive holds %q, which %s",
		Hint:    "do not use this archive; pack the chart with `helm package` and find out who made this one",
		Explain: "No chart needs files outside its directory, links, devices or two files of one name. Such an archive is damaged or made to do harm, so nothing of it is used.",
	}
	ChartTooLarge = Sentence{
		Code:    "chart-too-large",
		Text:    "%s is larger than the cap of %d bytes",
		Hint:    "check that this is the chart you meant; move large files out of it with .helmignore",
		Explain: "Downloads, archives and the files in them have caps, so that a wrong address or a hostile archive cannot exhaust the host. Those of unpacked files are Helm's own.",
	}
	ChartInvalid = Sentence{
		Code:    "chart-invalid",
		Text:    "is not a valid chart: %v",
		Hint:    "`helm lint` says more about the chart",
		Explain: "Helm's own loader refused the chart.",
	}
	ChartLibrary = Sentence{
		Code:    "chart-not-installable",
		Text:    "chart %q is of type %q, which renders nothing",
		Hint:    "give the chart that uses it",
		Explain: "Library charts hold templates for other charts. Helm refuses to install them as well.",
	}
	ChartDependencies = Sentence{
		Code:    "chart-missing-dependency",
		Text:    "Chart.yaml of %q names dependencies that are not in its charts directory: %s",
		Hint:    "run `helm dependency build` on the chart's directory first",
		Explain: "Every dependency in Chart.yaml must be in the charts directory, those that a condition turns off included; Helm holds it the same way.",
	}
	ChartDigest = Sentence{
		Code:    "chart-digest",
		Text:    "the chart has digest %s, expected %s",
		Hint:    "find out who changed the chart; if the change is wanted, review it and lock the new digest",
		Explain: "--digest (or the repository's index) says which bytes the chart consists of. Another chart under the same name and version may render anything, so it is not rendered. A directory's digest is taken over its sorted files, an archive's over its bytes.",
	}
	ChartOtherDigest = Sentence{
		Code:    "chart-other-digest",
		Text:    "the chart has another digest than %s, which was expected",
		Hint:    "set the digest that whoever published the chart gives for it",
		Explain: "The plugin of Argo CD fetched the chart with the registry login of its sidecar, which can read charts that the author of the application cannot. The digest shows that the author knows the chart, so the error does not say which one it has.",
	}
	ChartBadDigest = Sentence{
		Code:    "chart-bad-digest",
		Text:    "%q is no digest",
		Hint:    "write sha256: and 64 hex digits, as --print-digest shows it",
		Explain: "Charts are locked by their SHA-256.",
	}
	ChartCredentials = Sentence{
		Code:    "chart-credentials",
		Text:    "the server answered %d: %s",
		Hint:    "check --username and --password-stdin, or `helm registry login` for a registry",
		Explain: "The repository or registry did not accept the credentials, or got none. Without --username a registry's come from Helm's registry configuration (--registry-config) or Docker's.",
	}
	ChartFetch = Sentence{
		Code:    "chart-fetch",
		Text:    "cannot be fetched: %v",
		Hint:    "check the address and the network; --ca-file names the authority of a private server",
		Explain: "The repository or registry could not be reached or did not answer as one. Nothing was written. A chart that is locked by --digest and was fetched before comes from the cache without the network.",
	}
	ChartTLSFile = Sentence{
		Code:    "chart-tls-file",
		Text:    "%s is of no use for TLS: %v",
		Hint:    "--ca-file takes PEM certificates; --cert-file and --key-file take a certificate and its key, both",
		Explain: "The files that identify the server or this client to it could not be read.",
	}
	ChartIndex = Sentence{
		Code:    "chart-index",
		Text:    "the repository's index cannot be read: %v",
		Hint:    "check that the URL is the repository's own (index.yaml lies right under it)",
		Explain: "A chart repository is a web address with a file index.yaml that lists charts, versions, addresses and digests.",
	}
	ChartValues = Sentence{
		Code:    "chart-values",
		Text:    "cannot be used as values: %v",
		Hint:    "values files are one YAML mapping; --set and its kin take key=value, --set-json JSON",
		Explain: "The user's values are merged as Helm merges them: files, then --set-json, --set, --set-string, --set-file, --set-literal. The phase's values come last and win.",
	}
	ChartKubeVersion = Sentence{
		Code:    "chart-kube-version",
		Text:    "the chart needs Kubernetes %q, and is rendered for %s",
		Hint:    "give the version of your cluster with --kube-version",
		Explain: "A chart may say which versions of Kubernetes it supports. No cluster is asked here; the version is a flag.",
	}
	ChartBadKubeVersion = Sentence{
		Code:    "chart-bad-kube-version",
		Text:    "%q is not a version of Kubernetes",
		Hint:    "write it like 1.34.0",
		Explain: "--kube-version is what templates see as the cluster's version.",
	}
	ChartEngine = Sentence{
		Code:    "chart-engine",
		Text:    "unknown engine %q (want %s)",
		Hint:    "give helm4 where the chart is applied by Helm 4, Flux 2.8 or Argo CD 3.5 and later, helm3 otherwise",
		Explain: "Helm 3 and Helm 4 render some charts differently, so the engine is part of what a reviewer sees: --engine, or `engine` in an output of kind chart. docs/chart.md lists the differences.",
	}
	ChartRelease = Sentence{
		Code:    "chart-release-name",
		Text:    "%q cannot be the name of a release",
		Hint:    "use at most 53 lower-case letters, digits, - and .",
		Explain: "Helm's own rule for names of releases.",
	}
	ChartRender = Sentence{
		Code:    "chart-render",
		Text:    "the chart cannot be rendered: %v",
		Hint:    "`helm template` with the same values says the same; `l5d-pki-render values` shows what the phase adds to them",
		Explain: "A template of the chart failed, or the chart refuses the values. PEM blocks are cut out of the message.",
	}
	ChartZone = Sentence{
		Code:    "chart-zone",
		Text:    "the chart formats a date in a zone other than UTC: %v",
		Hint:    "have the chart format its dates in UTC, or take them from the values",
		Explain: "The rules of a zone come from files of the machine: a container may have none, and updates change them. So the same chart would give other bytes in the plugin's image, in CI and on your machine.",
	}
	ChartEmpty = Sentence{
		Code:    "chart-empty",
		Text:    "chart %q renders no document",
		Hint:    "check the values and --include-crds",
		Explain: "An empty file in Git would make a GitOps controller delete everything, so nothing rendered is an error.",
	}
	ChartRandom = Sentence{
		Code:    "chart-not-deterministic",
		Text:    "two renders of the chart differ in %s",
		Hint:    "list the webhook under status.webhooks, pin it in your own values, leave dates out of templates, or accept a change with every render by --allow-random",
		Explain: "Linkerd's charts make webhook certificates anew at each rendering unless they are given. The tool gives those that the state lists; the chart is rendered twice, at two dates, to prove that nothing else is left to chance or to the day.",
	}
	ChartKeyLeft = Sentence{
		Code:    "chart-key-left",
		Text:    "%s holds a private key outside of a Secret",
		Hint:    "take the key out of the chart's values, or use --with-keys for a live host",
		Explain: "Without --with-keys the output is meant for Git, where no private key may be. Secrets with keys are left out; a key in another object cannot be.",
	}
	ChartHost = Sentence{
		Code:    "chart-host",
		Text:    "the server %q is not in L5D_PKI_CHART_HOSTS",
		Hint:    "keep the chart in the repository, or add the server to L5D_PKI_CHART_HOSTS in the environment of the sidecar, such as `ghcr.io` or `charts.example:8443`",
		Explain: "Argo CD's plugin gets charts only from the servers that the operator of the sidecar lists, by default from none: an Application could otherwise make the sidecar send requests into the cluster's network. A redirect, an index and a registry's token server count too, so list every host that takes part.",
	}
	ChartProgram = Sentence{
		Code:    "chart-program",
		Text:    "the program %s cannot be run: %v",
		Hint:    "install it beside l5d-pki-render (both are in every release), or name it in L5D_PKI_CHART_PROGRAM",
		Explain: "The libraries of Helm and kustomize take longer to start than a whole post-render, and what they make of a repository has to be bounded. So they are linked into a program of their own, which is run for charts and kustomizations only.",
	}
	ChartLimit = Sentence{
		Code:    "chart-limit",
		Text:    "rendering needed more than %d MiB of memory or %d s of processor time and was stopped",
		Hint:    "look for `repeat`, `until`, nested ranges and recursion in the chart's templates",
		Explain: "Templates are code, and the guard renders charts that nobody reviewed yet, so the program that renders them bounds itself. Charts in use take some 100 MiB and some seconds. A process that the kernel killed for want of memory looks the same. Nothing was written.",
	}
	ChartStopped = Sentence{
		Code:    "chart-stopped",
		Text:    "stopped by a signal while a chart or a kustomization was rendered",
		Hint:    "if a time-out of the host did that, check that the chart's server answers, or keep the chart in the repository",
		Explain: "Whoever started the command ended it: a person, or a host whose time was over (Argo CD waits 60 seconds by default). Nothing was written.",
	}
	ChartProtocol = Sentence{
		Code:    "chart-protocol",
		Text:    "the two programs do not understand each other: protocol %d, expected %d",
		Hint:    "install both programs of one release",
		Explain: "l5d-pki-render and l5d-pki-render-chart come from one release. The answer was incomplete or of another version.",
	}
	ChartRequest = Sentence{
		Code:    "chart-request",
		Text:    "stdin holds no request",
		Hint:    "run `l5d-pki-render chart CHART`, which runs this program",
		Explain: "l5d-pki-render-chart is not for people: it reads one request on stdin.",
	}
	ChartForeignFile = Sentence{
		Code:    "chart-foreign-file",
		Text:    "exists and is not this release's",
		Hint:    "choose an empty directory for --split, or move the file away",
		Explain: "Every file that --split writes begins with a line that names its owner. A file without that very line belongs to someone else and is never overwritten or removed.",
	}
	ChartSplitName = Sentence{
		Code:    "chart-split-name",
		Text:    "a document of %s cannot be given a file: %v",
		Hint:    "every document needs kind and metadata.name; leave --split out to see the stream",
		Explain: "--split names each file by its object: Kind_namespace_name.yaml.",
	}
	ChartFlags = Sentence{
		Code:    "chart-flags",
		Text:    "--%s and --%s exclude each other",
		Hint:    "give one of them",
		Explain: "Both flags want the same place: stdin, or stdout.",
	}
)
