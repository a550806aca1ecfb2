// Package exchange is what l5d-pki-render and the program that links Helm say
// to each other: one [Request] as JSON on stdin, one reply as JSON on stdout.
// It links nothing of Helm, so the program that every post-render starts stays
// small.
//
// In goes what to render and how to get it, credentials included (stdin is
// seen by nobody, arguments are); out come the documents of the chart, in
// Helm's order:
//
//	answer, err := exchange.Ask(request, func(in io.Reader, out io.Writer) error { … })
//
// A kustomization is the other thing that it can be asked for ([AskBuild]).
// A reply of another protocol, an unreadable reply and an answer without
// documents are errors.
package exchange

import (
	"fmt"
	"io"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Protocol grows when the meaning of a field changes; both programs must agree.
const Protocol = 6

// Engines of Helm that render charts.
const (
	Helm3 = "helm3"
	Helm4 = "helm4"
)

// Engines lists them; the first is the default.
var Engines = []string{Helm3, Helm4}

// Request is one chart to render.
type Request struct {
	Protocol int `json:"protocol"`
	// Chart is a folder, an archive, a URL, an oci:// reference, or with Repo a name.
	Chart string `json:"chart"`
	// Within is the directory that links of a chart's directory may not leave, nor lead
	// into its .git; "" is no boundary: whoever asks has looked at the links.
	Within  string `json:"within,omitempty"`
	Repo    string `json:"repo,omitempty"`
	Version string `json:"version,omitempty"`
	// Digest that the chart must have, "sha256:…"; "" takes any.
	Digest string `json:"digest,omitempty"`
	// HideDigest: an error does not say which digest the chart has.
	HideDigest bool `json:"hideDigest,omitempty"`
	// Engine renders the chart: Helm3, which "" is too, or Helm4.
	Engine string `json:"engine,omitempty"`
	// Release is the name of the release; "" is the chart's.
	Release string `json:"release,omitempty"`
	// Namespace of the release; "" is what Namespaces has for the chart.
	Namespace  string            `json:"namespace,omitempty"`
	Namespaces map[string]string `json:"namespaces,omitempty"`
	Values     Values            `json:"values"`
	// Phase holds the phase's values as YAML by name of chart. They win over Values.
	Phase       map[string][]byte `json:"phase,omitempty"`
	KubeVersion string            `json:"kubeVersion"`
	APIVersions []string          `json:"apiVersions,omitempty"`
	IncludeCRDs bool              `json:"includeCRDs,omitempty"`
	NoHooks     bool              `json:"noHooks,omitempty"`
	Access      Access            `json:"access"`
	// CacheDir holds archives by digest; "" is no cache.
	CacheDir string `json:"cacheDir,omitempty"`
	// Times is how often the chart is rendered: more than once shows what a
	// chart makes up anew each time.
	Times int `json:"times"`
}

// Values are the user's, in Helm's forms and, by kind, in Helm's order.
type Values struct {
	Files   []File   `json:"files,omitempty"`
	JSON    []string `json:"json,omitempty"`
	Set     []string `json:"set,omitempty"`
	String  []string `json:"string,omitempty"`
	File    []string `json:"file,omitempty"`
	Literal []string `json:"literal,omitempty"`
}

// File is a values file that was read already.
type File struct {
	Name string `json:"name"`
	Data []byte `json:"data"`
}

// Access is how repositories and registries are reached.
type Access struct {
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
	// PassCredentials sends them to other hosts than the repository's too.
	PassCredentials bool `json:"passCredentials,omitempty"`
	// RegistryConfig is Helm's file of registry logins; "" is Helm's default.
	RegistryConfig string `json:"registryConfig,omitempty"`
	// NoLogin: no login of a registry is used but Username, whatever files have some.
	NoLogin   bool   `json:"noLogin,omitempty"`
	CAFile    string `json:"caFile,omitempty"`
	CertFile  string `json:"certFile,omitempty"`
	KeyFile   string `json:"keyFile,omitempty"`
	Insecure  bool   `json:"insecure,omitempty"`
	PlainHTTP bool   `json:"plainHTTP,omitempty"`
	// Hosts, if not nil, are the only servers that are asked ([Access.Allows]).
	Hosts []string `json:"hosts"`
}

// Document is one manifest of a chart.
type Document struct {
	// Source is the template's path, as Helm's "# Source:" line has it.
	Source string `json:"source"`
	Text   string `json:"text"`
	// Hook: Helm runs it apart from the release's manifests.
	Hook bool `json:"hook,omitempty"`
	// Verbatim: white space at the end stays, also of the last manifest. It is not
	// Helm's, and no chart's.
	Verbatim bool `json:"-"`
}

// Answer is a rendered chart.
type Answer struct {
	Name    string `json:"name"`
	Version string `json:"version"`
	// Digest is "sha256:…" of the archive, or of the sorted files of a folder.
	Digest    string `json:"digest"`
	Release   string `json:"release"`
	Namespace string `json:"namespace"`
	// Fed names the charts (itself or its dependencies) that got values of the phase.
	Fed     []string     `json:"fed,omitempty"`
	Renders [][]Document `json:"renders"`
}

// Stream joins documents exactly as `helm template` prints them: manifests,
// white space around them trimmed, then hooks. What would end the comment with a
// file's name is escaped in it, and Helm leaves it.
func Stream(documents []Document) []byte {
	var manifests, hooks strings.Builder
	verbatim := false
	for _, d := range documents {
		into := &manifests
		if d.Hook {
			into = &hooks
		} else {
			verbatim = d.Verbatim
		}
		fmt.Fprintf(into, "---\n# Source: %s\n%s\n", sink.Line(d.Source), d.Text)
	}
	text := manifests.String()
	if !verbatim {
		text = strings.TrimSpace(text) + "\n"
	}
	return []byte(text + hooks.String())
}

var terms = exchange.Terms{Protocol: Protocol, Mismatch: problem.ChartProtocol, Unreadable: problem.ChartRequest}

// Ask sends the request through call and reads the reply. The error of call
// counts only if there is no reply.
func Ask(request Request, call func(in io.Reader, out io.Writer) error) (Answer, error) {
	request.Protocol = Protocol
	answer, err := exchange.Ask[Answer](terms, request, call)
	if err == nil && len(answer.Renders) != request.Times {
		return Answer{}, problem.ChartProtocol.With(Protocol, Protocol)
	}
	return answer, err
}
