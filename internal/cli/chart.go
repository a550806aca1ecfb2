package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"github.com/spf13/cobra"
)

// maxPassword is the longest password on stdin, in bytes: registry tokens have some thousands.
const maxPassword = 64 << 10

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
		RunE: a.runForStdout(func(_ *cobra.Command, args []string) error {
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
	f.StringVar(&c.Engine, "engine", "", "Helm that renders: helm3 or helm4 (default: what the state's outputs of kind chart say, else helm3)")
	f.StringVar(&c.Release, "release", "", "name of the release (default: the chart's name)")
	f.StringVarP(&c.Namespace, "namespace", "n", "", "namespace of the release (default: the state's for this chart)")
	f.StringVar(&c.KubeVersion, "kube-version", chartphase.KubeVersion, "Kubernetes version that templates see")
	f.StringSliceVarP(&c.APIVersions, "api-versions", "a", nil, "further API versions that templates see")
	f.BoolVar(&c.IncludeCRDs, "include-crds", false, "print the chart's crds folder too")
	f.BoolVar(&c.NoHooks, "no-hooks", false, "leave hooks out; otherwise they follow the manifests")

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
	defer phase.Wipe()
	out, err := phase.PostRender(answer, c.allowRandom)
	if err != nil {
		return statefile.Named(err, c.state, chartphase.Name(c.Chart))
	}
	if err := a.writeChart(c, answer, out.Stream); err != nil {
		return err
	}
	a.tellChart(c, answer, phase, out.Report)
	return nil
}

// completeRequest reads what the flags point to.
func (a *app) completeRequest(c *chartCall) error {
	if c.report != "" && c.report != results.Text && c.report != results.JSON {
		return problem.CLIFormat.With(c.report, "text or json")
	}
	if c.passwordStdin {
		password, err := files.ReadAll(a.Stdin, "stdin", maxPassword)
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
	chartphase.Complete(&c.Request, a.Getenv)
	if c.printDigest {
		c.Times = 0
	}
	return nil
}

func (a *app) readValues(c *chartCall, path string) (exchange.File, error) {
	if path != "-" {
		data, err := files.Read(path, chartphase.MaxValues)
		return exchange.File{Name: path, Data: data}, err
	}
	if c.passwordStdin {
		return exchange.File{}, problem.ChartFlags.With("password-stdin", "values -")
	}
	data, err := files.ReadAll(a.Stdin, "stdin", chartphase.MaxValues)
	return exchange.File{Name: "stdin", Data: data}, err
}

// chartPhase resolves the state and puts the phase's values into the request.
func (a *app) chartPhase(c *chartCall) (*chartphase.Phase, error) {
	s, err := a.loadState(c.state)
	if err != nil {
		return nil, err
	}
	return chartphase.New(s, chartphase.Options{
		StatePath: c.state, Layout: render.Layout(c.layout), WithKeys: c.secrets.withKeys, Annotate: c.annotate,
		Custody: a.custodyWorld(c.secrets.custodyFlags),
	}, &c.Request)
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
	return chartphase.WriteDirectory(a.files(), c.split, answer, stream, mode)
}

// tellChart says what a reader of the output has to know.
func (a *app) tellChart(c *chartCall, answer exchange.Answer, p *chartphase.Phase, report render.Report) {
	for _, note := range p.Notes(c.Request, answer, c.state) {
		fmt.Fprintln(&a.talk, "note: "+note)
	}
	a.report(c.report, report)
}
