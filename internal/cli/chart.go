package cli

import (
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	results "github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"github.com/spf13/cobra"
)

// chartCall is one call of the command chart.
type chartCall struct {
	chartphase.Call
	layout, report string
	secrets        secretsFlags
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
	stateFlag(cmd, &c.StatePath)
	f.StringVar(&c.Repo, "repo", "", "chart repository (https://… or oci://…) that lists CHART")
	f.StringVar(&c.Version, "version", "", "version of the chart or a range of versions; without it the newest that is no pre-release")
	f.StringVar(&c.Digest, "digest", "", "refuse a chart with another digest (sha256:…)")
	f.BoolVar(&c.PrintDigest, "print-digest", false, "print the chart's digest and render nothing")
	f.StringVar(&c.CacheDir, "cache-dir", "", "where archives are kept by digest (default $XDG_CACHE_HOME or ~/.cache, l5d-pki-render/charts)")

	f.StringArrayVarP(&c.ValuesFiles, "values", "f", nil, "values file, - for stdin (repeatable); the phase's values win")
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
	f.BoolVar(&c.AllowRandom, "allow-random", false, "accept a chart whose renders differ")
	f.StringVar(&c.Split, "split", "", "write one file per object into this folder instead of stdout")
	annotateFlag(cmd, &c.Annotate)
	f.StringVar(&c.report, "report", "", "say on stderr what changed: text or json")

	f.StringVar(&c.Access.Username, "username", "", "user at the repository or registry")
	f.StringVar(&c.Access.Password, "password", "", "password (seen by everyone on the host: rather --password-stdin or env L5D_PKI_PASSWORD)")
	f.BoolVar(&c.PasswordStdin, "password-stdin", false, "read the password from stdin")
	f.BoolVar(&c.Access.PassCredentials, "pass-credentials", false, "send them to other hosts than the repository's too")
	f.StringVar(&c.Access.RegistryConfig, "registry-config", "", "Helm's file of registry logins (env HELM_REGISTRY_CONFIG)")
	f.StringVar(&c.Access.CAFile, "ca-file", "", "certificates of the authority that the server's is checked against")
	f.StringVar(&c.Access.CertFile, "cert-file", "", "certificate of this client")
	f.StringVar(&c.Access.KeyFile, "key-file", "", "key of this client")
	f.BoolVar(&c.Access.Insecure, "insecure-skip-tls-verify", false, "do not check the server's certificate")
	f.BoolVar(&c.Access.PlainHTTP, "plain-http", false, "talk to the registry without TLS")
}

func (a *app) doChart(c *chartCall) error {
	if c.report != "" && c.report != results.Text && c.report != results.JSON {
		return problem.CLIFormat.With(c.report, "text or json")
	}
	c.Layout, c.WithKeys, c.Custody = render.Layout(c.layout), c.secrets.withKeys, a.custodyWorld(c.secrets.custodyFlags)
	r, err := c.Run(chartphase.World{Stdin: a.Stdin, Getenv: a.Getenv, Files: a.files(), Charts: a.chartProgram()})
	if err != nil {
		return err
	}
	a.data = r.Out
	for _, note := range r.Notes {
		sink.Note(&a.talk, "%s", note)
	}
	a.report(c.report, r.Report)
	return nil
}
