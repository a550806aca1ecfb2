package cli

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"github.com/spf13/cobra"
)

// cmpCall is one call of the plugin: what the Application asks for.
type cmpCall struct {
	chartCall
	checkout checkout
	phase    *chartPhase
	// state and valueFiles are relative to the application's folder.
	state        string
	valueFiles   []string
	exclude      []string
	require      []render.Group
	recurse      bool
	allowNothing bool
	secretsApart bool
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
func (c *cmpCall) parameters(require *[]string) []cmpParameter {
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
		{"require", "Require", "groups that must be there: control-plane, viz, jaeger, multicluster, workloads", nil, require, nil},
		{"secrets-apart", "Secrets apart", "leave Secrets with private keys out: they are delivered by other means", nil, nil, &c.secretsApart},
		{"state", "State file", "path of the state file, relative to the application's folder", &c.state, nil, nil},
		{"values-files", "Values files", "values files of the chart, relative to the application's folder; the phase's values win", nil, &c.valueFiles, nil},
		{"version", "Version", "version of the chart", &c.Version, nil, nil},
		{"with-keys", "With keys", "print private keys; Argo CD keeps its output in its cache in clear", nil, nil, &c.withKeys},
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

// argoParameter is one of spec.source.plugin.parameters, in ARGOCD_APP_PARAMETERS.
type argoParameter struct {
	Name   string            `json:"name"`
	String *string           `json:"string"`
	Array  []string          `json:"array"`
	Map    map[string]string `json:"map"`
}

// Where parameters come from; PARAM_ variables are not read, since two names may
// fall together in them.
const (
	argoParameters = "ARGOCD_APP_PARAMETERS"
	argoEnv        = "ARGOCD_ENV_"
	ownEnv         = "L5D_PKI_"
)

// cmpParametersInto reads the parameters into the call: those of the Application
// win over its environment, and that over the sidecar's.
func (a *app) cmpParametersInto(c *cmpCall) error {
	var require []string
	table := c.parameters(&require)
	given, err := a.argoParameters()
	if err != nil {
		return err
	}
	var problems problem.List
	problems.Add(knownOnly(table, given))
	problems.Add(a.knownEnvironment(table))
	for _, p := range table {
		problems.Add(a.setParameter(p, given))
	}
	for _, name := range require {
		group, err := render.ParseGroup(name)
		problems.Add(err)
		c.require = append(c.require, group)
	}
	if c.secretsApart && c.withKeys {
		problems.Add(problem.ArgoCDBoth.With("secrets-apart", "with-keys"))
	}
	return problems.Err()
}

func (a *app) argoParameters() ([]argoParameter, error) {
	text := a.Getenv(argoParameters)
	if text == "" {
		return nil, nil
	}
	var given []argoParameter
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return nil, problem.ArgoCDParameters.With(err).In(argoParameters).Because(err)
	}
	return given, nil
}

// knownOnly refuses names that are not in the table, and names that stand twice.
func knownOnly(table []cmpParameter, given []argoParameter) error {
	var problems problem.List
	seen := map[string]bool{}
	for _, g := range given {
		switch {
		case !isParameter(table, g.Name):
			problems.Add(problem.ArgoCDUnknown.With(g.Name, parameterNames(table)))
		case seen[g.Name]:
			problems.Add(problem.ArgoCDTwice.With(g.Name))
		}
		seen[g.Name] = true
	}
	return problems.Err()
}

// knownEnvironment does the same for the Application's environment: a slip of
// the pen there would change what is rendered, too.
func (a *app) knownEnvironment(table []cmpParameter) error {
	if a.Environ == nil {
		return nil
	}
	var problems problem.List
	for _, entry := range a.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		if name, ours := strings.CutPrefix(name, argoEnv); ours && value != "" && !isParameter(table, strings.ToLower(strings.ReplaceAll(name, "_", "-"))) {
			problems.Add(problem.ArgoCDUnknown.With(name, parameterNames(table)))
		}
	}
	return problems.Err()
}

func isParameter(table []cmpParameter, name string) bool {
	return slices.ContainsFunc(table, func(p cmpParameter) bool { return p.name == name })
}

func parameterNames(table []cmpParameter) string {
	names := make([]string, len(table))
	for i, p := range table {
		names[i] = p.name
	}
	return strings.Join(names, ", ")
}

// setParameter takes the first source that has something.
func (a *app) setParameter(p cmpParameter, given []argoParameter) error {
	for _, g := range given {
		switch {
		case g.Name != p.name:
		case g.Map != nil:
			return problem.ArgoCDValue.With(p.name, p.wants(), "a map")
		case g.Array != nil && p.list == nil:
			return problem.ArgoCDValue.With(p.name, p.wants(), "a list")
		case g.Array != nil:
			*p.list = g.Array
			return nil
		case g.String != nil && *g.String != "":
			return p.set(*g.String)
		}
	}
	suffix := strings.ToUpper(strings.ReplaceAll(p.name, "-", "_"))
	for _, prefix := range []string{argoEnv, ownEnv} {
		if value := a.Getenv(prefix + suffix); value != "" {
			return p.set(value)
		}
	}
	return nil
}

// set takes a value as text: a list has commas or line ends between its items.
func (p cmpParameter) set(value string) error {
	switch {
	case p.text != nil:
		*p.text = value
	case p.flag != nil:
		on, err := strconv.ParseBool(value)
		if err != nil {
			return problem.ArgoCDValue.With(p.name, p.wants(), strconv.Quote(value))
		}
		*p.flag = on
	default:
		*p.list = nil
		for _, item := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' }) {
			if item = strings.TrimSpace(item); item != "" {
				*p.list = append(*p.list, item)
			}
		}
	}
	return nil
}

func (p cmpParameter) wants() string {
	switch {
	case p.flag != nil:
		return "true or false"
	case p.list != nil:
		return "a list"
	}
	return "a text"
}

// announcement is one parameter as Argo CD's interface shows it.
type announcement struct {
	Name           string   `json:"name"`
	Title          string   `json:"title"`
	Tooltip        string   `json:"tooltip"`
	ItemType       string   `json:"itemType,omitempty"`
	CollectionType string   `json:"collectionType"`
	String         string   `json:"string,omitempty"`
	Array          []string `json:"array,omitempty"`
}

// cmpParameters announces the parameters to Argo CD's interface.
func (a *app) cmpParameters() *cobra.Command {
	return &cobra.Command{
		Use:   "parameters",
		Short: "print the plugin's parameters for Argo CD's interface (JSON)",
		Long: `parameters prints what generate takes, with the values that hold now: the
sidecar's L5D_PKI_ variables and the Application's environment are in them.
Argo CD shows them; it does not send these defaults back.`,
		Args: cobra.NoArgs,
		RunE: a.run(func(*cobra.Command, []string) error {
			c, err := a.newCMPCall()
			if err != nil {
				return err
			}
			if err := a.cmpParametersInto(c); err != nil {
				return err
			}
			a.data, err = json.MarshalIndent(c.announcements(), "", "  ")
			a.data = append(a.data, '\n')
			return err
		}),
	}
}

func (c *cmpCall) announcements() []announcement {
	require := make([]string, len(c.require))
	for i, group := range c.require {
		require[i] = string(group)
	}
	var all []announcement
	for _, p := range c.parameters(&require) {
		n := announcement{Name: p.name, Title: p.title, Tooltip: p.tooltip, CollectionType: collectionString}
		switch {
		case p.flag != nil:
			n.ItemType, n.String = itemBoolean, strconv.FormatBool(*p.flag)
		case p.list != nil:
			n.CollectionType, n.Array = collectionArray, *p.list
		default:
			n.String = *p.text
		}
		all = append(all, n)
	}
	return all
}
