package cli

// cmpCall is one call of the plugin: what the Application asks for.
type cmpCall struct {
	chartCall
	checkout checkout
	phase    *chartPhase
	beside   []byte // the custody's objects that stand in no Secret's place
	// state and valueFiles are relative to the application's folder.
	state        string
	valueFiles   []string
	exclude      []string
	require      []string // groups
	recurse      bool
	allowNothing bool
}

// Forms of parameters, as Argo CD names them.
const (
	collectionString = "string"
	collectionArray  = "array"
	itemBoolean      = "boolean"
)

// cmpParameter is one parameter of the plugin.
type cmpParameter struct {
	name, title, tooltip string
	// One of these says where it goes and what it is.
	text *string
	list *[]string
	flag *bool
}

// parameters is the table, sorted by name.
func (c *cmpCall) parameters() []cmpParameter {
	return []cmpParameter{
		{"allow-nothing", "Allow nothing", "let objects pass of which none is Linkerd's", nil, nil, &c.allowNothing},
		{"allow-random", "Allow chance", "accept a chart of which two renders differ", nil, nil, &c.allowRandom},
		{"annotate", "Annotate", "epoch, phase and hash as annotations on the trust roots, for an admission policy", nil, nil, &c.annotate},
		{"api-versions", "API versions", "further API versions that the chart's templates see", nil, &c.APIVersions, nil},
		{"chart", "Chart", "chart to render: a path in the repository, oci://…, a URL, or a name with repo", &c.Chart, nil, nil},
		{"digest", "Digest", "sha256:… that the chart must have; needed for what comes over the network", &c.Digest, nil, nil},
		{"exclude", "Exclude", "files that are no manifests: patterns like values/** relative to the folder", nil, &c.exclude, nil},
		{"include-crds", "Include CRDs", "print the chart's crds folder too", nil, nil, &c.IncludeCRDs},
		{"kube-version", "Kubernetes version", "version that the chart's templates see", &c.KubeVersion, nil, nil},
		{"layout", "Layout", "layout of the phase's values: external or embedded; by default that of spec.linkerd.issuerScheme", &c.layout, nil, nil},
		{"namespace", "Namespace", "namespace of the chart's release; by default the state's for Linkerd's charts, else the application's", &c.Namespace, nil, nil},
		{"recurse", "Recurse", "take the manifests of folders below, too", nil, nil, &c.recurse},
		{"release", "Release", "name of the chart's release; by default the application's name", &c.Release, nil, nil},
		{"repo", "Repository", "chart repository, https://… or oci://…", &c.Repo, nil, nil},
		{"require", "Require", "groups that must be there: control-plane, viz, jaeger, multicluster, workloads", nil, &c.require, nil},
		{"secrets-apart", "Secrets apart", "leave Secrets with private keys out: they are delivered by other means", nil, nil, &c.secrets.apart},
		{"state", "State file", "path of the state file, relative to the application's folder", &c.state, nil, nil},
		{"values-files", "Values files", "values files of the chart, relative to the application's folder; the phase's values win", nil, &c.valueFiles, nil},
		{"version", "Version", "version of the chart", &c.Version, nil, nil},
		{"with-keys", "With keys", "print private keys; Argo CD keeps its output in its cache in clear", nil, nil, &c.secrets.withKeys},
	}
}

// newCMPCall is a call with the defaults.
func (a *app) newCMPCall() (*cmpCall, error) {
	cwd, err := workingFolder()
	if err != nil {
		return nil, err
	}
	c := &cmpCall{state: "rotation.yaml", recurse: true}
	c.checkout = newCheckout(cwd, a.Getenv("ARGOCD_APP_SOURCE_PATH"), a.Getenv("L5D_PKI_KEYS_DIR"))
	c.KubeVersion = defaultKubeVersion
	c.IncludeCRDs = true // as Argo CD does with charts
	return c, nil
}
