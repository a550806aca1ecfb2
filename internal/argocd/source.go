package argocd

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
)

// source is what an application's objects come from.
type source struct {
	// name of the source in errors.
	name     string
	generate func(*call) (render.Output, error)
}

// source decides, like Argo CD, by what lies in the folder:
//
//	parameter chart, or Chart.yaml    the chart
//	a kustomization                   the kustomization
//	else                              all manifests in the folder
func (c *call) source() source {
	switch {
	case c.request.Chart != "":
		return source{chartphase.Name(c.request.Chart), (*call).chart}
	case isThere(filepath.Join(c.checkout.here, "Chart.yaml")):
		c.request.Chart = "."
		return source{"Chart.yaml", (*call).chart}
	case overlay.IsKustomization(c.checkout.here):
		return source{"kustomization", (*call).kustomization}
	}
	return source{"the directory's manifests", (*call).manifests}
}

// isThere does not follow a link: where it leads is looked at later.
func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// chart renders a chart as the command chart does.
func (c *call) chart() (render.Output, error) {
	if err := c.completeChart(); err != nil {
		return render.Output{}, err
	}
	answer, err := exchange.Ask(c.request, c.Charts)
	if err != nil {
		return render.Output{}, c.hintLogin(err)
	}
	out, err := c.phase.PostRender(answer, c.allowRandom)
	if err != nil {
		return render.Output{}, err
	}
	return c.settleSecrets(out, chartphase.GroupsFed(answer))
}

// onNetwork tells whether the chart that the parameters name comes from a server.
func (c *call) onNetwork() bool {
	return c.request.Repo != "" || strings.Contains(c.request.Chart, "://")
}

// completeChart fills in what the plugin decides: no cache but the sidecar's
// own, no credentials (an Application names the chart that they would read), but for
// applications that the sidecar lists.
func (c *call) completeChart() error {
	onNetwork := c.onNetwork()
	if onNetwork && c.request.Digest == "" {
		return problem.StateOutputUnpinned.With().On("parameter chart")
	}
	// A name that is a path as well would be taken for the path.
	if !onNetwork || filepath.IsAbs(c.request.Chart) || isThere(filepath.Join(c.checkout.here, filepath.FromSlash(c.request.Chart))) {
		path, err := c.checkout.folder(c.request.Chart)
		if err != nil {
			return err
		}
		if !onNetwork {
			c.request.Chart = path
		}
	}
	if err := c.chartHosts(onNetwork); err != nil {
		return err
	}
	for _, name := range c.valueFiles {
		path, err := c.checkout.file(name)
		if err != nil {
			return err
		}
		data, err := files.Read(path, chartphase.MaxValues)
		if err != nil {
			return err
		}
		c.request.Values.Files = append(c.request.Values.Files, exchange.File{Name: path, Data: data})
	}
	c.request.Within = c.checkout.root // also of a path that this program does not take for one
	c.request.Times = 2
	c.request.CacheDir = c.Getenv("L5D_PKI_CACHE_DIR")
	if err := c.logIn(onNetwork); err != nil {
		return err
	}
	c.request.Access.CAFile = c.Getenv("L5D_PKI_CA_FILE")
	if c.request.Release == "" {
		c.request.Release = releaseName(c.Getenv("ARGOCD_APP_NAME"))
	}
	if namespace := c.Getenv("ARGOCD_APP_NAMESPACE"); namespace != "" {
		c.request.Namespaces[""] = namespace // of charts that are not Linkerd's
	}
	return nil
}

// logIn lets the chart program use the sidecar's login of a registry, where it may. What
// was fetched with it is kept apart: others have a chart of the cache by its digest.
func (c *call) logIn(onNetwork bool) (err error) {
	listed := false
	if onNetwork {
		listed, err = c.mayLogIn()
	}
	if !listed {
		c.request.Access.NoLogin = true
		return err
	}
	c.request.HideDigest = true
	c.request.Access.RegistryConfig = c.Getenv("HELM_REGISTRY_CONFIG")
	if c.request.CacheDir != "" {
		c.request.CacheDir = filepath.Join(c.request.CacheDir, "with-login")
	}
	return nil
}

// chartHostsVariable is the sidecar's list of servers that charts may come from.
const chartHostsVariable = "L5D_PKI_CHART_HOSTS"

// chartHosts limits the servers that the chart program asks to the sidecar's
// list, which is empty by default, and refuses others before it runs.
func (c *call) chartHosts(onNetwork bool) error {
	c.request.Access.Hosts = []string{}
	for _, host := range strings.FieldsFunc(c.Getenv(chartHostsVariable), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if !exchange.ValidHost(host) {
			return problem.ArgoCDLimit.With(chartHostsVariable, host, "hosts, such as ghcr.io, charts.example:8443 or http://charts.local")
		}
		c.request.Access.Hosts = append(c.request.Access.Hosts, host)
	}
	if !onNetwork {
		return nil
	}
	address := c.request.Chart
	if !strings.Contains(address, "://") {
		address = c.request.Repo
	}
	u, err := url.Parse(address)
	if err != nil {
		return problem.ChartNotFound.With("it is no URL").On("parameter chart")
	}
	if !c.request.Access.Allows(u) {
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

// kustomization builds it: no function, no plugin, no chart, nothing over the
// network, nothing outside of the repository.
func (c *call) kustomization() (render.Output, error) {
	built, err := exchange.AskBuild(exchange.Kustomization{Dir: c.checkout.here, Within: c.checkout.root}, c.Charts)
	if err != nil {
		return render.Output{}, err
	}
	return c.postRender(documentsOf("kustomization", string(built.Stream)))
}

// postRender post-renders documents that are no chart's.
func (c *call) postRender(documents []exchange.Document) (render.Output, error) {
	out, err := c.phase.Render(render.Input{AllowNothing: c.allowNothing}, documents)
	if err != nil {
		return render.Output{}, err
	}
	return c.settleSecrets(out, nil)
}

// documentsOf cuts YAML text at its separators: lines of "---", with nothing or a
// comment after it. A scalar has no such line, since it is indented there. A byte
// order mark where a file or a document begins goes: it means nothing there. Empty
// lines at the end stay: they may be part of a value (|+).
func documentsOf(source, text string) []exchange.Document {
	var documents []exchange.Document
	var one strings.Builder
	end := func() {
		document := strings.TrimPrefix(one.String(), "\ufeff")
		if strings.TrimSpace(document) != "" {
			whole := strings.TrimSuffix(strings.TrimSuffix(document, "\n"), "\r")
			documents = append(documents, exchange.Document{Source: source, Text: whole, Verbatim: true})
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
