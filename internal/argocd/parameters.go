package argocd

import (
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
)

// call is one call of the plugin: what the Application asks for.
type call struct {
	Options
	request  exchange.Request
	checkout checkout
	phase    *chartphase.Phase
	beside   []byte // the custody's objects that replace no Secret
	// path is where the state file is, from the working directory.
	path string
	// state and valueFiles are relative to the application's directory.
	state        string
	valueFiles   []string
	exclude      []string
	require      []string // groups
	layout       string
	recurse      bool
	allowNothing bool
	allowRandom  bool
	annotate     bool
	withKeys     bool
	apart        bool // Secrets with keys are delivered by other means
}

// Forms of parameters, as Argo CD names them.
const (
	collectionString = "string"
	collectionArray  = "array"
	itemBoolean      = "boolean"
)

// parameter is one parameter of the plugin.
type parameter struct {
	name, title, tooltip string
	// One of these says where it goes and what it is.
	text *string
	list *[]string
	flag *bool
}

// parameters is the table, sorted by name.
func (c *call) parameters() []parameter {
	return []parameter{
		{"allow-nothing", "Allow nothing", "accept objects of which none is Linkerd's", nil, nil, &c.allowNothing},
		{"allow-random", "Allow random", "accept a chart of which two renders differ", nil, nil, &c.allowRandom},
		{"annotate", "Annotate", "epoch, phase and hash as annotations on the trust roots, for an admission policy", nil, nil, &c.annotate},
		{"api-versions", "API versions", "further API versions that the chart's templates see", nil, &c.request.APIVersions, nil},
		{"chart", "Chart", "chart to render: a path in the repository, oci://…, a URL, or a name with repo", &c.request.Chart, nil, nil},
		{"digest", "Digest", "sha256:… that the chart must have; needed for what comes over the network", &c.request.Digest, nil, nil},
		{"engine", "Engine", "Helm that renders the chart: helm3 or helm4; by default as the state's outputs say, else helm3", &c.request.Engine, nil, nil},
		{"exclude", "Exclude", "files that are no manifests: patterns like values/** relative to the directory", nil, &c.exclude, nil},
		{"include-crds", "Include CRDs", "print the chart's crds directory too", nil, nil, &c.request.IncludeCRDs},
		{"kube-version", "Kubernetes version", "version that the chart's templates see", &c.request.KubeVersion, nil, nil},
		{"layout", "Layout", "layout of the phase's values: external or embedded; by default that of spec.linkerd.issuerScheme", &c.layout, nil, nil},
		{"namespace", "Namespace", "namespace of the chart's release; by default the state's for Linkerd's charts, else the application's", &c.request.Namespace, nil, nil},
		{"recurse", "Recurse", "take the manifests of directories below, too", nil, nil, &c.recurse},
		{"release", "Release", "name of the chart's release; by default the application's name", &c.request.Release, nil, nil},
		{"repo", "Repository", "chart repository, https://… or oci://…", &c.request.Repo, nil, nil},
		{"require", "Require", "groups that must be there: control-plane, viz, jaeger, multicluster, workloads", nil, &c.require, nil},
		{"secrets-apart", "Secrets apart", "leave Secrets with private keys out: they are delivered by other means", nil, nil, &c.apart},
		{"state", "State file", "path of the state file, relative to the application's directory", &c.state, nil, nil},
		{"values-files", "Values files", "values files of the chart, relative to the application's directory; the phase's values win", nil, &c.valueFiles, nil},
		{"version", "Version", "version of the chart", &c.request.Version, nil, nil},
		{"with-keys", "With keys", "print private keys; Argo CD keeps its output in its cache in clear", nil, nil, &c.withKeys},
	}
}

// newCall is a call with the defaults.
func newCall(o Options) *call {
	c := &call{Options: o, state: "rotation.yaml", recurse: true}
	c.checkout = newCheckout(o.Dir, o.Getenv("ARGOCD_APP_SOURCE_PATH"), o.Getenv("L5D_PKI_KEYS_DIR"))
	c.request.KubeVersion = chartphase.KubeVersion
	c.request.IncludeCRDs = true // as Argo CD does with charts
	return c
}
