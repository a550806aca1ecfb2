package cli

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/spf13/cobra"
)

const (
	// defaultKubeVersion is what templates see unless --kube-version says
	// otherwise. It is a constant of this tool and not of the libraries of the day
	// (Helm's SDK says v1.20, which Linkerd's charts refuse), so that an update of
	// either changes no output.
	defaultKubeVersion = "1.34.0"

	// maxValues is the largest values file, in bytes: Helm keeps values in the
	// release, which a cluster stores in 1 MiB.
	maxValues = 4 << 20
	// maxPassword is the longest password on stdin, in bytes: registry tokens have some thousands.
	maxPassword = 64 << 10
)

// chartCall is one call of the command chart.
type chartCall struct {
	exchange.Request
	state         string
	valueFiles    []string
	layout        string
	secrets       secretsFlags
	allowRandom   bool
	passwordStdin bool
	printDigest   bool
	annotate      bool
	split         string
	report        string
}

// chart renders a chart in the current phase.
func (a *app) chart() *cobra.Command {
	c := &chartCall{}
	cmd := &cobra.Command{
		Use:   "chart CHART",
		Short: "render a Helm chart with the PKI of the current phase",
		Long: `chart renders a chart as ` + "`helm template`" + ` does, feeds it the values of the
state's phase and post-renders the result: the same bytes every time, for
every version of Linkerd's charts. CHART is a folder, an archive (.tgz), a URL,
an oci:// reference, or a name in the repository that --repo names.

The output is meant for Git: Secrets with private keys are left out unless
--with-keys is given. No cluster is asked (lookup gives nothing, templates see
--kube-version).`,
		Example: `  l5d-pki-render chart linkerd-control-plane --repo https://helm.linkerd.io/edge --version 2026.8.3 > linkerd.yaml
  l5d-pki-render chart ./linkerd-control-plane --split manifests/linkerd
  l5d-pki-render chart oci://registry.example/charts/linkerd-viz --version 30.14.5 --digest sha256:…`,
		Args: cobra.ExactArgs(1),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			c.Chart = args[0]
			return a.doChart(c)
		}),
	}
	c.flags(cmd)
	return cmd
}

// flags have the names that Helm gives them, where Helm has them.
func (c *chartCall) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	stateFlag(cmd, &c.state)
	f.StringVar(&c.Repo, "repo", "", "chart repository (https://… or oci://…) that lists CHART")
	f.StringVar(&c.Version, "version", "", "version of the chart or a range of versions; without it the newest that is no pre-release")
	f.StringVar(&c.Digest, "digest", "", "refuse a chart with another digest (sha256:…)")
	f.BoolVar(&c.printDigest, "print-digest", false, "print the chart's digest and render nothing")
	f.StringVar(&c.CacheDir, "cache-dir", "", "where archives are kept by digest (default $XDG_CACHE_HOME or ~/.cache, l5d-pki-render/charts)")

	f.StringArrayVarP(&c.valueFiles, "values", "f", nil, "values file, - for stdin (repeatable); the phase's values win")
	f.StringArrayVar(&c.Values.Set, "set", nil, "values as key=value,… (repeatable)")
	f.StringArrayVar(&c.Values.String, "set-string", nil, "the same, every value a string")
	f.StringArrayVar(&c.Values.File, "set-file", nil, "values as key=path: the value is the file's text")
	f.StringArrayVar(&c.Values.JSON, "set-json", nil, "values as key=JSON or as a JSON object")
	f.StringArrayVar(&c.Values.Literal, "set-literal", nil, "values as key=value, the value literally")

	f.StringVar(&c.Release, "release", "", "name of the release (default: the chart's name)")
	f.StringVarP(&c.Namespace, "namespace", "n", "", "namespace of the release (default: the state's for this chart)")
	f.StringVar(&c.KubeVersion, "kube-version", defaultKubeVersion, "Kubernetes version that templates see")
	f.StringSliceVarP(&c.APIVersions, "api-versions", "a", nil, "further API versions that templates see")
	f.BoolVar(&c.IncludeCRDs, "include-crds", false, "print the chart's crds folder too")
	f.BoolVar(&c.NoHooks, "no-hooks", false, "leave hooks out; they stand after the manifests otherwise")

	f.StringVar(&c.layout, "layout", "", "layout of the phase's values: external or embedded (default: by spec.linkerd.issuerScheme)")
	c.secrets.add(cmd, "keep Secrets with private keys: for a live host, never for Git")
	f.BoolVar(&c.allowRandom, "allow-random", false, "accept a chart whose renders differ")
	f.StringVar(&c.split, "split", "", "write one file per object into this folder instead of stdout")
	annotateFlag(cmd, &c.annotate)
	f.StringVar(&c.report, "report", "", "say on stderr what changed: text or json")

	f.StringVar(&c.Access.Username, "username", "", "user at the repository or registry")
	f.StringVar(&c.Access.Password, "password", "", "password (seen by everyone on the host: rather --password-stdin or env L5D_PKI_PASSWORD)")
	f.BoolVar(&c.passwordStdin, "password-stdin", false, "read the password from stdin")
	f.BoolVar(&c.Access.PassCredentials, "pass-credentials", false, "send them to other hosts than the repository's too")
	f.StringVar(&c.Access.RegistryConfig, "registry-config", "", "Helm's file of registry logins (env HELM_REGISTRY_CONFIG)")
	f.StringVar(&c.Access.CAFile, "ca-file", "", "certificates of the authority that the server's is checked against")
	f.StringVar(&c.Access.CertFile, "cert-file", "", "certificate of this client")
	f.StringVar(&c.Access.KeyFile, "key-file", "", "key of this client")
	f.BoolVar(&c.Access.Insecure, "insecure-skip-tls-verify", false, "do not check the server's certificate")
	f.BoolVar(&c.Access.PlainHTTP, "plain-http", false, "talk to the registry without TLS")
}

func (a *app) doChart(c *chartCall) error {
	if err := a.completeRequest(c); err != nil {
		return err
	}
	if c.printDigest {
		answer, err := exchange.Ask(c.Request, a.chartProgram())
		if err == nil {
			a.data = []byte(answer.Digest + "\n")
		}
		return err
	}
	phase, err := a.chartPhase(c)
	if err != nil {
		return err
	}
	answer, err := exchange.Ask(c.Request, a.chartProgram())
	if err != nil {
		return err
	}
	defer phase.wipe()
	out, err := phase.postRender(answer, c)
	if err != nil {
		return named(err, c.state, chartName(c.Chart))
	}
	if err := a.writeChart(c, answer, out.Stream); err != nil {
		return err
	}
	a.tellChart(c, answer, phase, out.Report)
	return nil
}

// chartName is a chart as errors name it: an address without its login.
func chartName(chart string) string {
	if strings.Contains(chart, "://") {
		return address.Redact(chart)
	}
	return chart
}

// completeRequest reads what the flags point to.
func (a *app) completeRequest(c *chartCall) error {
	if c.report != "" && c.report != formatText && c.report != formatJSON {
		return problem.CLIFormat.With(c.report, "text or json")
	}
	if c.passwordStdin {
		password, err := readLimited(a.Stdin, "stdin", maxPassword)
		if err != nil {
			return err
		}
		c.Access.Password = strings.TrimRight(string(password), "\r\n")
	}
	for _, path := range c.valueFiles {
		file, err := a.readValues(c, path)
		if err != nil {
			return err
		}
		c.Values.Files = append(c.Values.Files, file)
	}
	if c.Access.RegistryConfig == "" {
		c.Access.RegistryConfig = a.Getenv("HELM_REGISTRY_CONFIG")
	}
	if c.CacheDir == "" {
		c.CacheDir = a.defaultChartCache()
	}
	if !c.printDigest {
		c.Times = 2
	}
	return nil
}

func (a *app) readValues(c *chartCall, path string) (exchange.File, error) {
	if path != "-" {
		data, err := readFile(path, maxValues)
		return exchange.File{Name: path, Data: data}, err
	}
	if c.passwordStdin {
		return exchange.File{}, problem.ChartFlags.With("password-stdin", "values -")
	}
	data, err := readLimited(a.Stdin, "stdin", maxValues)
	return exchange.File{Name: "stdin", Data: data}, err
}

// defaultChartCache is below the user's cache folder; without a home there is none.
func (a *app) defaultChartCache() string {
	base := a.Getenv("XDG_CACHE_HOME")
	if home := a.Getenv("HOME"); base == "" && home != "" {
		base = filepath.Join(home, ".cache")
	}
	if base == "" {
		return ""
	}
	return filepath.Join(base, "l5d-pki-render", "charts")
}

// postRender post-renders every render of the chart and refuses those that
// still differ.
func (p *chartPhase) postRender(answer exchange.Answer, c *chartCall) (render.Output, error) {
	var first render.Output
	for i, documents := range answer.Renders {
		out, err := p.one(answer, documents)
		if err != nil {
			return render.Output{}, err
		}
		if i == 0 {
			first = out
		} else if !c.allowRandom && !bytes.Equal(out.Stream, first.Stream) {
			return render.Output{}, problem.ChartRandom.With(difference(first.Stream, out.Stream))
		}
	}
	return first, nil
}

// difference names the first document in which two streams differ.
func difference(one, other []byte) string {
	a, b := splitStream(one), splitStream(other)
	for i := range min(len(a), len(b)) {
		if a[i] == b[i] {
			continue
		}
		if o, err := objectOf(a[i]); err == nil {
			return o.String()
		}
		return fmt.Sprintf("document %d", i+1)
	}
	return "the number of documents"
}

// writeChart puts the stream where the flags say.
func (a *app) writeChart(c *chartCall, answer exchange.Answer, stream []byte) error {
	if c.split == "" {
		a.data = stream
		return nil
	}
	mode := os.FileMode(0o644)
	if c.secrets.withKeys {
		mode = 0o600
	}
	files, err := splitFiles(answer, stream)
	if err != nil {
		return err
	}
	return a.writeSplit(c.split, chartHeader(answer), files, mode)
}

// tellChart says what a reader of the output has to know.
func (a *app) tellChart(c *chartCall, answer exchange.Answer, p *chartPhase, report render.Report) {
	if _, err := os.Stat(c.Chart); err != nil && c.Digest == "" {
		fmt.Fprintf(&a.talk, "note: chart %s %s came over the network; lock it with --digest %s\n", answer.Name, answer.Version, answer.Digest)
	}
	if len(p.leftOut) > 0 {
		fmt.Fprintf(&a.talk, "note: left out, since they hold private keys: %s\n", strings.Join(p.leftOut, ", "))
	}
	if p.apart && len(answer.Fed) > 0 {
		fmt.Fprintln(&a.talk, "note: Secrets of issuer and webhooks are not in this output; `l5d-pki-render manifests --with-keys` or the custody delivers them")
	}
	if c.secrets.withKeys {
		fmt.Fprintln(&a.talk, "note: this output holds private keys: feed it to a live host, never commit it")
	}
	switch c.report {
	case formatText:
		a.talk.WriteString(report.Text())
	case formatJSON:
		a.talk.Write(report.JSON())
	}
}

// chartsOf names the charts that each group's values are for.
var chartsOf = map[render.Group][]string{
	render.ControlPlane: {linkerd.ChartControlPlane, linkerd.ChartLinkerd2}, // linkerd2 up to 2.11
	render.Viz:          {linkerd.ChartViz},
	render.Jaeger:       {linkerd.ChartJaeger},
}

// namespacesOf gives each chart the namespace that the state has for it.
func namespacesOf(s *state.Rotation) map[string]string {
	l := s.WithDefaults().Spec.Linkerd
	of := map[render.Group]string{render.ControlPlane: l.Namespace, render.Viz: l.VizNamespace, render.Jaeger: l.JaegerNamespace}
	namespaces := map[string]string{"": l.Namespace, linkerd.ChartMulticluster: l.MulticlusterNamespace}
	for group, charts := range chartsOf {
		for _, name := range charts {
			namespaces[name] = of[group]
		}
	}
	return namespaces
}
