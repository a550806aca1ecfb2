package problem

// What helm-plugin says.
var (
	HelmMajor = Sentence{
		Code:    "helm-major",
		Text:    "--helm is %q",
		Hint:    "give 3, 4 or both",
		Explain: "The two major versions of Helm read different plugins. `both` lays them out so that neither trips over the other's.",
	}
	HelmNoFolder = Sentence{
		Code:    "helm-no-folder",
		Text:    "no home directory to find Helm's plugins directory in",
		Hint:    "give it with --dir, or set HELM_PLUGINS",
		Explain: "Helm looks for plugins in HELM_PLUGINS, or in `plugins` below HELM_DATA_HOME, XDG_DATA_HOME/helm or the user's directory for data. None of these is known here.",
	}
	HelmForeign = Sentence{
		Code:    "helm-foreign-plugin",
		Text:    "was not laid out by `helm-plugin install`, and is not touched",
		Hint:    "remove it with `helm plugin uninstall`, or choose another directory with --dir",
		Explain: "Every plugin.yaml that install writes says so in its first line. A directory of that name without this line, a link, or a directory with other files and no plugin.yaml belongs to someone else. Nothing was written.",
	}
	HelmURL = Sentence{
		Code:    "helm-url",
		Text:    "%q is no URL of values: %v",
		Hint:    "write l5d-pki://rotation.yaml or l5d-pki:///absolute/rotation.yaml, and ?chart=… and &layout=… behind it",
		Explain: "Helm hands the URL of a values file to the plugin as it is. The part between :// and ? is the path of the state file, relative to the directory that Helm was started in; %XX is a byte, but not before the first /, where Helm refuses it: begin with ./ then.",
	}
	HelmQuery = Sentence{
		Code:    "helm-query",
		Text:    "the URL asks for %q, which nobody knows",
		Hint:    "the keys are chart (control-plane, viz, jaeger) and layout (external, embedded)",
		Explain: "A key that is passed over would be a wish that is not granted; so it is an error.",
	}
	HelmKeys = Sentence{
		Code: "helm-keys",
		Text: "these values hold private keys, which Helm gets only with L5D_PKI_WITH_KEYS=true",
		Hint: "set it in front of the one helm command that has -f l5d-pki://…; if yours has none, a chart repository asked for the keys: remove that repository",
		Explain: "Helm asks a plugin for charts as it does for values files, and nothing in the call tells which of them it wants. So the index of a chart repository can name " +
			"an l5d-pki:// URL, and Helm would write the values, keys included, into its cache or over a file of the working directory, readable by everyone. " +
			"An index cannot set a variable of the environment. Do not export it: a command without -f l5d-pki://… must not have it.",
	}
	HelmNoValues = Sentence{
		Code:    "helm-no-values",
		Text:    "there are no values",
		Hint:    "report this as a defect, with the state file but without keys",
		Explain: "Helm takes an empty values file for \"the chart's defaults\", which would be a mesh with another PKI. So it is never given one.",
	}
)
