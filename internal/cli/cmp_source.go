package cli

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// cmpSource is what an application's objects come from.
type cmpSource struct {
	// name of the source in errors.
	name     string
	generate func(*app, *cmpCall) (render.Output, error)
}

// source decides, like Argo CD, by what lies in the folder:
//
//	parameter chart, or Chart.yaml    the chart
//	a kustomization                   the kustomization
//	else                              all manifests in the folder
func (c *cmpCall) source() cmpSource {
	switch {
	case c.Chart != "":
		return cmpSource{chartName(c.Chart), (*app).generateChart}
	case isThere(filepath.Join(c.checkout.here, "Chart.yaml")):
		c.Chart = "."
		return cmpSource{"Chart.yaml", (*app).generateChart}
	case overlay.IsKustomization(c.checkout.here):
		return cmpSource{"kustomization", (*app).generateKustomization}
	}
	return cmpSource{"the folder's manifests", (*app).generateManifests}
}

// isThere does not follow a link: where it leads is looked at later.
func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// generateChart renders a chart as the command chart does.
func (a *app) generateChart(c *cmpCall) (render.Output, error) {
	if err := a.completeCMPChart(c); err != nil {
		return render.Output{}, err
	}
	answer, err := exchange.Ask(c.Request, a.chartProgram())
	if err != nil {
		return render.Output{}, err
	}
	out, err := c.phase.postRender(answer, &c.chartCall)
	if err != nil {
		return render.Output{}, err
	}
	return a.settleSecrets(c, out, groupsFed(answer))
}

// completeCMPChart fills in what the plugin decides: no cache but the sidecar's
// own, no credentials (an Application names the server that they would go to).
func (a *app) completeCMPChart(c *cmpCall) error {
	onNetwork := c.Repo != "" || strings.Contains(c.Chart, "://")
	if onNetwork && c.Digest == "" {
		return problem.StateOutputUnpinned.With().On("parameter chart")
	}
	// A name that is a path as well would be taken for the path.
	if !onNetwork || filepath.IsAbs(c.Chart) || isThere(filepath.Join(c.checkout.here, filepath.FromSlash(c.Chart))) {
		path, err := c.checkout.folder(c.Chart)
		if err != nil {
			return err
		}
		if !onNetwork {
			c.Chart = path
		}
	}
	if err := a.chartHosts(c, onNetwork); err != nil {
		return err
	}
	for _, name := range c.valueFiles {
		path, err := c.checkout.file(name)
		if err != nil {
			return err
		}
		data, err := readFile(path, maxValues)
		if err != nil {
			return err
		}
		c.Values.Files = append(c.Values.Files, exchange.File{Name: path, Data: data})
	}
	if err := a.completeRequest(&c.chartCall); err != nil {
		return err
	}
	c.CacheDir = a.Getenv("L5D_PKI_CACHE_DIR")
	c.Access.CAFile = a.Getenv("L5D_PKI_CA_FILE")
	if c.Release == "" {
		c.Release = releaseName(a.Getenv("ARGOCD_APP_NAME"))
	}
	if namespace := a.Getenv("ARGOCD_APP_NAMESPACE"); namespace != "" {
		c.Namespaces[""] = namespace // of charts that are not Linkerd's
	}
	return nil
}

// chartHostsVariable is the sidecar's list of servers that charts may come from.
const chartHostsVariable = "L5D_PKI_CHART_HOSTS"

// chartHosts limits the servers that the chart program asks to the sidecar's
// list, which is empty by default, and refuses others before it runs.
func (a *app) chartHosts(c *cmpCall, onNetwork bool) error {
	c.Access.Hosts = []string{}
	for _, host := range strings.FieldsFunc(a.Getenv(chartHostsVariable), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if !exchange.ValidHost(host) {
			return problem.ArgoCDLimit.With(chartHostsVariable, host, "hosts, such as ghcr.io, charts.example:8443 or http://charts.local")
		}
		c.Access.Hosts = append(c.Access.Hosts, host)
	}
	if !onNetwork {
		return nil
	}
	address := c.Chart
	if !strings.Contains(address, "://") {
		address = c.Repo
	}
	u, err := url.Parse(address)
	if err != nil {
		return problem.ChartNotFound.With("it is no URL").On("parameter chart")
	}
	if !c.Access.Allows(u) {
		return problem.ChartHost.With(u.Host).On("parameter chart")
	}
	return nil
}

// maxRelease is Helm's longest name of a release, in characters.
const maxRelease = 53

// releaseName is the application's name as Argo CD makes a release of it: without
// the namespace that applications in any namespace carry, cut to Helm's length.
func releaseName(app string) string {
	app = app[strings.LastIndex(app, "_")+1:]
	return app[:min(len(app), maxRelease)]
}

// generateKustomization builds it in this process: no function, no plugin, no
// chart, nothing over the network, nothing outside of the repository.
func (a *app) generateKustomization(c *cmpCall) (render.Output, error) {
	if a.Getenv(confinedVariable) != "" {
		_ = os.Setenv("PATH", "") // kustomize would find git there; nothing after this needs a program
	}
	built, err := overlay.Build(c.checkout.here, overlay.Options{Within: c.checkout.root})
	if err != nil {
		return render.Output{}, err
	}
	return a.postRenderCMP(c, documentsOf("kustomization", string(built.Stream)))
}

// postRenderCMP post-renders documents that are no chart's.
func (a *app) postRenderCMP(c *cmpCall, documents []exchange.Document) (render.Output, error) {
	out, err := c.phase.render(render.Input{AllowNothing: c.allowNothing}, documents)
	if err != nil {
		return render.Output{}, err
	}
	return a.settleSecrets(c, out, nil)
}

// documentsOf cuts YAML text at its separators: lines of "---", with nothing or a
// comment after it. A scalar has no such line, since it is indented there. A byte
// order mark where a file or a document begins goes: it means nothing there.
func documentsOf(source, text string) []exchange.Document {
	var documents []exchange.Document
	var one strings.Builder
	end := func() {
		text := strings.TrimPrefix(one.String(), "\ufeff")
		if strings.TrimSpace(text) != "" {
			documents = append(documents, exchange.Document{Source: source, Text: strings.TrimRight(text, "\r\n")})
		}
		one.Reset()
	}
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		rest, marked := strings.CutPrefix(line, "---")
		rest = strings.TrimSpace(rest)
		if marked && (rest == "" || strings.HasPrefix(rest, "#") && line[3] != '#') {
			end()
			continue
		}
		one.WriteString(line)
	}
	end()
	return documents
}
