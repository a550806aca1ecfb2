package problem

// What internal/krm and the command krm say.
var (
	KRMNoList = Sentence{
		Code:    "krm-no-list",
		Text:    "is no ResourceList: %s",
		Hint:    "let kustomize or kpt run the function; a stream of plain manifests goes through `l5d-pki-render post-render`",
		Explain: "A KRM function reads one object on stdin: kind ResourceList of config.kubernetes.io/v1 (or v1beta1), with items and a functionConfig. Something else arrived, so nothing was written.",
	}
	KRMNoConfig = Sentence{
		Code:    "krm-no-config",
		Text:    "the list has no functionConfig of l5d-pki-render: %s",
		Hint:    "give the function the state file itself (kind Rotation), or kind L5dPkiRender with the state under spec.state",
		Explain: "The function reads no files, so the state comes with the list. kustomize hands over the file that `transformers` or `generators` names.",
	}
	KRMConfigField = Sentence{
		Code:    "krm-config-field",
		Text:    "%s",
		Hint:    "kind L5dPkiRender has spec.state, spec.mode (transform or generate), spec.all, spec.allowNothing and spec.require",
		Explain: "The configuration of the function is read as strictly as a state file: a field that is misspelled would be one that is without effect.",
	}
	KRMNoItems = Sentence{
		Code:    "krm-no-items",
		Text:    "the list has no items to transform",
		Hint:    "give the kustomization resources; spec.mode: generate makes objects out of nothing",
		Explain: "As a transformer the function changes objects that are there. An empty list would become an empty output, which a controller may take for \"delete everything\".",
	}
	KRMItem = Sentence{
		Code:    "krm-item",
		Text:    "is no Kubernetes object: %s",
		Hint:    "run the program that makes the list again; every item has apiVersion, kind and metadata.name",
		Explain: "An item of the list is not a mapping with apiVersion and kind. A list that was damaged on its way is not edited.",
	}
	KRMNoAnnotation = Sentence{
		Code:    "krm-no-annotation",
		Text:    "has no annotation config.kubernetes.io/function that runs this tool",
		Hint:    "add to metadata.annotations of the state file: `config.kubernetes.io/function: \"exec: {path: l5d-pki-render, args: [krm]}\"`",
		Explain: "kustomize runs the program that this annotation of the function's configuration names. Without it kustomize looks for a plugin of the kind's name and says that it cannot find its root.",
	}
	KRMOutside = Sentence{
		Code:    "krm-outside",
		Text:    "the state file %s does not lie in the directory of --to or below",
		Hint:    "write the Component into the directory of the state file",
		Explain: "kustomize reads a function's configuration from the kustomization's own directory or below it, nowhere else.",
	}
)
