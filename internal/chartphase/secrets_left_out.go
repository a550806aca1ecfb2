package chartphase

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

// Object is the head of a manifest and, of a Secret, what it holds.
type Object struct {
	// Kind as linkerd.KindOf names it: that of another API group is another one.
	Kind     string `json:"kind"`
	Metadata struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
	Data       map[string]any `json:"data"`
	StringData map[string]any `json:"stringData"`
}

// String is "Kind namespace/name", or "Kind name".
func (o Object) String() string {
	if o.Metadata.Namespace == "" {
		return o.Kind + " " + o.Metadata.Name
	}
	return o.Kind + " " + o.Metadata.Namespace + "/" + o.Metadata.Name
}

// ObjectOf reads the head of a manifest.
func ObjectOf(text string) (Object, error) {
	var o Object
	if err := yaml.Unmarshal([]byte(text), &o); err != nil {
		return o, err
	}
	var exact map[string]any // a field of a struct is also read from other spellings
	err := yaml.Unmarshal([]byte(text), &exact)
	version, _ := exact["apiVersion"].(string)
	o.Kind = linkerd.KindOf(version, o.Kind)
	return o, err
}

// withoutKeys takes the Secrets with private keys out of the documents and
// names them. Those that standIns has something for stay, to give way to it.
func withoutKeys(documents []exchange.Document, standIns render.Apart) (kept []exchange.Document, leftOut []string) {
	for _, d := range documents {
		o, err := ObjectOf(d.Text)
		if err == nil && o.Kind == "Secret" && o.holdsKey() && !o.GivesWay(standIns) {
			leftOut = append(leftOut, o.String())
			continue
		}
		kept = append(kept, d)
	}
	return kept, leftOut
}

// GivesWay reports whether something stands in for a Secret. One that names no
// namespace is in its group's own.
func (o Object) GivesWay(standIns render.Apart) bool {
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
func (o Object) holdsKey() bool {
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

// Keyless refuses a stream that still holds a private key, wherever it stands,
// in clear or in base64.
func Keyless(stream []byte) error {
	if len(secret.Find(stream)) == 0 {
		return nil
	}
	for _, text := range Split(stream) {
		if o, err := ObjectOf(text); err == nil && len(secret.Find([]byte(text))) > 0 {
			return problem.ChartKeyLeft.With(o.String())
		}
	}
	return problem.ChartKeyLeft.With("a document")
}
