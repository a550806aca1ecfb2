package survey

import (
	"bytes"
	"encoding/base64"
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// marks are the words that make a file without a kind worth parsing.
var marks = [][]byte{
	[]byte(linkerd.AnchorsValue), []byte(linkerd.TrustDomainValue), []byte(linkerd.HeartbeatValue), []byte(linkerd.NoHeartbeatValue),
	[]byte("externalCA"), []byte("linkerd/linkerd"), []byte("crtPEM"), []byte("caBundle"), []byte("injectCaFrom"),
	[]byte("issuanceLifetime"), []byte("clockSkewAllowance"),
}

func mentionsValues(text []byte) bool {
	for _, m := range marks {
		if bytes.Contains(text, m) {
			return true
		}
	}
	return bytes.Contains(text, []byte("issuer")) && bytes.Contains(text, []byte("scheme"))
}

// otherEncoding is where a file of objects or of Linkerd's values is not UTF-8, or -1.
func otherEncoding(text []byte) int {
	if at := manifest.OtherEncoding(text); at >= 0 {
		return at
	}
	at := manifest.InvalidUTF8(text)
	if nul := bytes.IndexByte(text, 0); at < 0 || nul >= 0 && nul < at {
		at = nul
	}
	if at >= 0 && mentionsValues(bytes.ReplaceAll(text, []byte{0}, nil)) {
		return at
	}
	return -1
}

// pinSet holds what values pin: keys of webhooks, and [linkerd.HeartbeatValue].
type pinSet map[string]bool

func (p pinSet) add(others pinSet) {
	for key := range others {
		p[key] = true
	}
}

// valuesFile is a document without a kind.
func (s *Survey) valuesFile(c cursor) {
	s.helmfile(c)
	pins := s.values(c, "")
	if known := s.pins[c.file.name]; known != nil {
		known.add(pins)
		return
	}
	s.pins[c.file.name] = pins
}

// values looks through Helm values, at any depth, since an umbrella chart keeps
// Linkerd's below a key of its own. place is as of foundBundle.
func (s *Survey) values(c cursor, place string) pinSet {
	pins := pinSet{}
	s.walk(c, "", place, pins)
	return pins
}

func (s *Survey) walk(c cursor, dotted, place string, pins pinSet) {
	for key, value := range c.entries() {
		name := strings.TrimPrefix(dotted+"."+key, ".")
		s.setting(value, name, place, pins)
		s.walk(value, name, place, pins)
	}
	for _, item := range c.items() { // helmfile lists values
		s.walk(item, dotted, place, pins)
		s.named(item, place, pins)
	}
}

// named is an item of a list of settings, like helmfile's `set`.
func (s *Survey) named(item cursor, place string, pins pinSet) {
	name, value, file := item.get("name").value(), item.get("value"), item.get("file")
	switch {
	case value.there():
		s.setting(value, name, place, pins)
	case file.there() && strings.HasSuffix("."+name, "."+linkerd.AnchorsValue):
		s.bundles = append(s.bundles, foundBundle{at: file.spot(), place: place, elsewhere: file.value(),
			file: inTree(path.Dir(item.file.name), file.value())})
	}
}

// carriesValues looks through an object of a kind that has no reader of its own
// (k3s' HelmChart, Buoyant's ControlPlane, Crossplane's Release): wherever it says
// Linkerd's bundle, also in a string that holds values.
func (s *Survey) carriesValues(c cursor) {
	s.walk(c, "", "", pinSet{})
	s.strings(c)
	s.contradictions(c, "", c.node.Head().Kind)
	s.injectedByHand(c, 0)
}

// strings looks for values in the strings of an object.
func (s *Survey) strings(c cursor) {
	for _, value := range c.entries() {
		s.strings(value)
	}
	for _, item := range c.items() {
		s.strings(item)
	}
	if text := c.value(); mentionsValues([]byte(text)) {
		if inner, ok := c.embedded(); ok {
			s.values(inner, "")
		}
	}
}

// setting looks at one value by its dotted name, as `helm --set` writes it.
func (s *Survey) setting(c cursor, name, place string, pins pinSet) {
	parent, key := cutLast(name)
	switch key {
	case linkerd.AnchorsValue:
		s.bundles = append(s.bundles, foundBundle{at: c.spot(), place: place, text: c.value()})
	case "crtPEM", "keyPEM":
		if isIssuer(parent, key) {
			s.issuer(c, key, place)
			return
		}
		s.shadowedWebhook(c, parent, key, place)
	case "externalSecret":
		if c.value() != "true" {
			s.shadowedWebhook(c, parent, key, place)
		}
	case "caBundle", "injectCaFrom", "injectCaFromSecret":
		s.shadowedWebhook(c, parent, key, place)
		if strings.TrimSpace(c.value()) != "" {
			_, webhook := cutLast(parent)
			pins[webhook] = true
		}
	case "externalCA", "scheme", linkerd.TrustDomainValue:
		s.shadow(c, name, place)
	case "issuanceLifetime", "clockSkewAllowance":
		s.lifetime(c, name)
	case linkerd.HeartbeatValue:
		if c.value() != "" {
			pins[linkerd.HeartbeatValue] = true
		}
	case linkerd.NoHeartbeatValue:
		if c.value() == "true" {
			pins[linkerd.HeartbeatValue] = true
		}
	}
}

// cutLast parts the last word of a dotted name from the rest.
func cutLast(name string) (parent, key string) {
	i := strings.LastIndexByte(name, '.')
	return name[:max(i, 0)], name[i+1:]
}

func isIssuer(parent, key string) bool {
	return (key == "crtPEM" || key == "keyPEM") && strings.HasSuffix("."+parent, ".identity.issuer.tls")
}

func (s *Survey) issuer(c cursor, key, place string) {
	found := foundIssuer{at: c.spot(), place: place, field: key}
	if key == "crtPEM" {
		found.text = c.value()
	}
	if found.place != "" || found.text != "" {
		s.issuers = append(s.issuers, found)
	}
}

// configMapData is what a ConfigMap carries for a HelmRelease.
type configMapData struct {
	file  string
	pins  map[string]pinSet // by key that holds values
	texts map[string]string // by key that holds one value, such as certificates
	files map[string]string // by key, where a generator takes its text from a file
}

// maxCarried is how long one value in a ConfigMap or Secret may be; a bundle of a
// dozen certificates is a tenth of it.
const maxCarried = 128 << 10

// trustRoots is the ConfigMap that identity and the proxies mount:
// charts/linkerd-control-plane/templates/identity.yaml.
const (
	trustRoots    = linkerd.TrustRoots
	trustRootsKey = linkerd.TrustRootsKey
)

func (s *Survey) configMap(c cursor) {
	if c.get("metadata", "name").value() == trustRoots {
		if roots := c.get("data", trustRootsKey); roots.there() {
			s.bundles = append(s.bundles, foundBundle{at: roots.spot(), text: roots.value()})
		}
		if roots := c.get("binaryData", trustRootsKey); roots.there() {
			s.bundles = append(s.bundles, foundBundle{at: roots.spot(), text: decoded(roots.value())})
		}
		return
	}
	if c.get("metadata", "name").value() == linkerd.Config {
		s.configScheme(c)
	}
	s.carrier(c, "ConfigMap", "data")
}

// secret looks at what a Secret says, in clear and in base64.
func (s *Survey) secret(c cursor) {
	s.issuerObject(c, "Secret", c.get("metadata", "name").value(), keysOf(c.get("data"), c.get("stringData")))
	s.carrier(c, "Secret", "data", "stringData")
}

func (s *Survey) carrier(c cursor, kind string, fields ...string) {
	carried := configMapData{file: c.file.name, pins: map[string]pinSet{}, texts: map[string]string{}}
	for _, field := range fields {
		s.carried(c.get(field), kind == "Secret" && field == "data", carried)
	}
	if len(carried.pins)+len(carried.texts) > 0 {
		s.configMaps[kind+"/"+c.get("metadata", "name").value()] = carried
	}
}

// carried takes the entries of one field.
func (s *Survey) carried(c cursor, coded bool, carried configMapData) {
	for key, value := range c.entries() {
		text := value.value()
		if coded {
			text = decoded(text)
		}
		switch inner, ok := value.document(text); {
		case ok && mentionsValues([]byte(text)):
			carried.pins[key] = s.values(inner, "")
		case ok:
			carried.pins[key] = pinSet{}
		case len(text) <= maxCarried:
			carried.texts[key] = text
		}
	}
}

// decoded is a text from base64, line breaks left out; "" if it is none.
func decoded(text string) string {
	plain, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return ""
	}
	return string(plain)
}

// inTree is a path relative to a folder of the repository; "" if it leaves it.
func inTree(folder, name string) string {
	joined := path.Clean(path.Join(folder, name))
	if joined == ".." || strings.HasPrefix(joined, "../") || path.IsAbs(joined) {
		return ""
	}
	return joined
}
