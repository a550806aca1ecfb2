package cli

import (
	"encoding/base64"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// chartObject is the head of a manifest and, of a Secret, what it holds.
type chartObject struct {
	Kind     string `json:"kind"`
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Data       map[string]any `json:"data"`
	StringData map[string]any `json:"stringData"`
}

// String is "Kind namespace/name", or "Kind name".
func (o chartObject) String() string {
	if o.Metadata.Namespace == "" {
		return o.Kind + " " + o.Metadata.Name
	}
	return o.Kind + " " + o.Metadata.Namespace + "/" + o.Metadata.Name
}

func objectOf(text string) (chartObject, error) {
	var o chartObject
	err := yaml.Unmarshal([]byte(text), &o)
	return o, err
}

// withoutKeys takes the Secrets with private keys out of the documents and
// names them. Those that standIns has something for stay, to give way to it.
func withoutKeys(documents []exchange.Document, standIns render.Apart) (kept []exchange.Document, leftOut []string) {
	for _, d := range documents {
		o, err := objectOf(d.Text)
		if err == nil && o.Kind == "Secret" && o.holdsKey() && !o.givesWay(standIns) {
			leftOut = append(leftOut, o.String())
			continue
		}
		kept = append(kept, d)
	}
	return kept, leftOut
}

// givesWay reports whether something stands in for a Secret. One that names no
// namespace is in its group's own.
func (o chartObject) givesWay(standIns render.Apart) bool {
	for id := range standIns {
		if id.Name == o.Metadata.Name && (o.Metadata.Namespace == "" || o.Metadata.Namespace == id.Namespace) {
			return true
		}
	}
	return false
}

// keyFields are the keys of Secrets that hold private keys: of kubernetes.io/tls
// and of Linkerd's issuer under linkerd.io/tls.
var keyFields = map[string]bool{"tls.key": true, linkerd.FieldKey: true}

// holdsKey reports whether a Secret holds a private key, by its field's name or
// by what stands there.
func (o chartObject) holdsKey() bool {
	for key, value := range o.Data {
		text, _ := value.(string)
		plain, _ := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		if keyFields[key] || secret.Mentions(plain) || secret.Mentions([]byte(text)) {
			return true
		}
	}
	for key, value := range o.StringData {
		text, _ := value.(string)
		if keyFields[key] || secret.Mentions([]byte(text)) {
			return true
		}
	}
	return false
}

// keyless refuses a stream that still holds a private key, wherever it stands,
// in clear or in base64.
func keyless(stream []byte) error {
	if !holdsSecret(stream) {
		return nil
	}
	for _, text := range splitStream(stream) {
		if o, err := objectOf(text); err == nil && holdsSecret([]byte(text)) {
			return problem.ChartKeyLeft.With(o.String())
		}
	}
	return problem.ChartKeyLeft.With("a document")
}
