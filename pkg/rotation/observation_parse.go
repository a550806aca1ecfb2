package rotation

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// MaxObservation caps an observation in bytes: a million proxies in a few
// thousand rows stay far below it.
const MaxObservation = 16 << 20

// ParseObservation reads one observation strictly: one document, no unknown or
// doubled key, well-formed fingerprints and instants. All problems are reported
// together, with line and column; file is the name that messages show.
func ParseObservation(file string, data []byte) (*Observation, error) {
	if len(data) > MaxObservation {
		return nil, problem.ObservationSize.With(len(data), MaxObservation).In(file)
	}
	root, err := manifest.Parse(data)
	if err != nil {
		return nil, problem.Of(err).In(file).Err()
	}
	if root == nil {
		return nil, problem.ObservationEmpty.With().In(file)
	}
	if other := notObservation(root); other != "" {
		return nil, problem.ObservationOtherKind.With(problem.Article(other)).In(file)
	}
	read := readFirstForm
	if n := root.Lookup(manifest.At("apiVersion")); n != nil && n.Kind() == manifest.Scalar && n.Value() != state.APIVersion {
		if read = readDocument; n.Value() != ObservationVersion {
			return nil, problem.ObservationHead.With(n.Value(), "", state.APIVersion, ObservationVersion, ObservationKind).At(n.Line(), n.Column()).On("apiVersion").In(file)
		}
	}
	o, problems := read(root)
	if len(problems) > 0 {
		return nil, problems.In(file).Err()
	}
	return o, nil
}

// notObservation is the kind of an object that is something else, "" if it may
// be an observation.
func notObservation(root *manifest.Node) string {
	if root.Kind() != manifest.Mapping {
		return root.Kind().String()
	}
	if kind := root.Get("kind"); kind != nil && !kind.IsAlias() && kind.Kind() == manifest.Scalar && kind.Value() != ObservationKind && root.Get("cluster") == nil {
		return kind.Value()
	}
	return ""
}

func readFirstForm(root *manifest.Node) (*Observation, problem.List) {
	o, r := new(Observation), &reading{}
	r.value(root, reflect.ValueOf(o).Elem(), nil)
	if len(r.problems) == 0 {
		r.problems = o.check()
	}
	return o, r.problems
}

func readDocument(root *manifest.Node) (*Observation, problem.List) {
	d, r := new(observationDocument), &reading{}
	r.value(root, reflect.ValueOf(d).Elem(), nil)
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return d.observation()
}

// reading fills the observation's types from a document, key by key. A scalar
// is taken as it is written: a fingerprint of digits only, or an instant
// without quotes, means what it says.
type reading struct{ problems problem.List }

func (r *reading) refuse(n *manifest.Node, at manifest.Path, p *problem.Problem) {
	r.problems = append(r.problems, p.At(n.Line(), n.Column()).On(at.String()))
}

func (r *reading) value(n *manifest.Node, into reflect.Value, at manifest.Path) {
	want := map[reflect.Kind]manifest.Kind{reflect.Struct: manifest.Mapping, reflect.Slice: manifest.Sequence}
	kind, nested := want[into.Kind()]
	if !nested {
		kind = manifest.Scalar
	}
	if n.IsAlias() {
		r.refuse(n, at, problem.ObservationAlias.With("an alias (*name)"))
		return
	}
	if n.Kind() != kind || n.IsNull() {
		r.refuse(n, at, problem.ObservationShape.With(strings.ToLower(kind.String())))
		return
	}
	switch into.Kind() {
	case reflect.Struct:
		r.mapping(n, into, at)
	case reflect.Slice:
		into.Set(reflect.MakeSlice(into.Type(), n.Len(), n.Len()))
		for i := range n.Len() {
			r.value(n.Index(i), into.Index(i), at.With(i))
		}
	case reflect.Int:
		count, err := strconv.Atoi(n.Value())
		if least := 1 - zeroes[into.Type()]; err != nil || count < least || count > 1_000_000_000 {
			r.refuse(n, at, problem.ObservationCount.With(n.Value()))
		}
		into.SetInt(int64(count))
	default:
		if at.String() != "certificates" && strings.ContainsFunc(n.Value(), func(c rune) bool { return !unicode.IsPrint(c) }) {
			r.refuse(n, at, problem.ObservationText.With())
		}
		into.SetString(n.Value())
	}
}

// zeroes are the types of counts that may be zero.
var zeroes = map[reflect.Type]int{reflect.TypeFor[total](): 1}

func (r *reading) mapping(n *manifest.Node, into reflect.Value, at manifest.Path) {
	fields, names := fieldsOf(into)
	seen := map[string]bool{}
	for key, value := range n.Pairs() {
		name := key.Value()
		field, known := fields[name]
		switch {
		case name == "<<":
			r.refuse(key, at, problem.ObservationAlias.With("a merge key (<<)"))
		case !known:
			r.refuse(key, at, problem.ObservationUnknownKey.With(name, strings.Join(names, ", ")))
		case seen[name]:
			r.refuse(key, at, problem.ObservationDoubleKey.With(name))
		default:
			r.value(value, field, at.With(name))
		}
		seen[name] = true
	}
	for i := range into.NumField() {
		name, rest, _ := strings.Cut(into.Type().Field(i).Tag.Get("json"), ",")
		if name != "-" && rest == "" && !seen[name] {
			r.refuse(n, at, problem.ObservationMissingKey.With(name))
		}
	}
}

func fieldsOf(v reflect.Value) (byName map[string]reflect.Value, names []string) {
	byName = map[string]reflect.Value{}
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if name != "-" {
			byName[name], names = v.Field(i), append(names, name)
		}
	}
	return byName, names
}

// check is what the types alone do not say.
func (o *Observation) check() problem.List {
	c := &observationCheck{}
	c.head(o.APIVersion, state.APIVersion, o.Kind, o.Cluster, o.At)
	for i, g := range o.Covers {
		c.group(index("covers", i), g, Groups)
	}
	c.certificates(o.Certificates)
	o.checkRows(c)
	return c.problems
}

func (o *Observation) checkRows(c *observationCheck) {
	c.fingerprints("controlPlane.trustRoots", o.ControlPlane.TrustRoots)
	for i, in := range o.ControlPlane.Injectors {
		c.fingerprints(index("controlPlane.injectors", i)+".bundle", in.Bundle)
	}
	for i, r := range o.Identity {
		c.fingerprints(index("identity", i)+".bundle", r.Bundle)
		c.fingerprints(index("identity", i)+".issuer", r.Issuer)
	}
	for i, e := range o.Endpoints {
		c.group(index("endpoints", i)+".group", e.Group, endpointGroups)
		c.fingerprints(index("endpoints", i)+".bundle", e.Bundle)
		c.fingerprints(index("endpoints", i)+".chain", e.Chain)
	}
	for i, h := range o.Webhooks {
		c.fingerprints(index("webhooks", i)+".caBundle", h.CABundle)
		c.fingerprints(index("webhooks", i)+".served", h.Served)
	}
}

// endpointGroups are the groups that have proxies; identity's own proxies are
// the control plane's.
var endpointGroups = slices.DeleteFunc(slices.Clone(Groups), func(g string) bool { return g == GroupIdentity })

type observationCheck struct{ problems problem.List }

// head checks what every form begins with.
func (c *observationCheck) head(version, want, kind, cluster, at string) {
	if version != want || kind != ObservationKind {
		c.add("kind", problem.ObservationHead.With(version, kind, state.APIVersion, ObservationVersion, ObservationKind))
	}
	if cluster == "" {
		c.add("cluster", problem.ObservationMissingKey.With("cluster"))
	}
	if _, ok := utc(at); !ok {
		c.add("at", problem.ObservationInstant.With(at))
	}
}

func (c *observationCheck) certificates(pem string) {
	if pem == "" {
		return
	}
	if _, err := pki.ParseChain([]byte(pem)); err != nil {
		c.problems = append(c.problems, problem.Of(err).Under("certificates")...)
	}
}

func (c *observationCheck) add(at string, p *problem.Problem) {
	c.problems = append(c.problems, p.On(at))
}

func (c *observationCheck) group(at, group string, legal []string) {
	if !slices.Contains(legal, group) {
		c.add(at, problem.ObservationGroup.With(group, strings.Join(legal, ", ")))
	}
}

// fingerprints are 64 lower-case hex digits; a list that is present is not
// empty: nobody holds an empty bundle.
func (c *observationCheck) fingerprints(at string, list []string) {
	if list != nil && len(list) == 0 {
		c.add(at, problem.ObservationNoFingerprint.With())
	}
	for i, fp := range list {
		if len(fp) != 64 || strings.Trim(fp, "0123456789abcdef") != "" {
			c.add(index(at, i), problem.ObservationFingerprint.With(fp))
		}
	}
}

func index(list string, i int) string { return list + "[" + strconv.Itoa(i) + "]" }
