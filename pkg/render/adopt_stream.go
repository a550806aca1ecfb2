package render

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Annotations and labels that the charts and cert-manager write.
const (
	createdByHint   = linkerd.CreatedBy                  // "linkerd/helm stable-2.14.10"
	controlPlaneNS  = linkerd.ControlPlaneNS             // label of every control plane object
	certManagerHint = "cert-manager.io/certificate-name" // Secrets that cert-manager writes and renews
)

// readStream finds what the manifests say, through the same reader that
// rendering uses: Helm's and kubectl's forms, Lists, JSON, cut streams.
func (a *adoption) readStream() {
	if err := checkText(a.in.Stream.Data); err != nil {
		a.fail(err)
		return
	}
	a.stream = newPlan(&Material{State: new(state.Rotation).WithDefaults()}, manifest.Split(a.in.Stream.Data))
	a.stream.read()
	a.problems = append(a.problems, a.stream.problems...)
	if len(a.problems) > 0 {
		return
	}
	config, found := a.findConfig()
	if !found {
		return
	}
	a.readConfig(config)
	a.readTrustRoots()
	a.readIssuerSecret()
	a.readHeartbeat()
	a.readWebhooks()
	a.readClusterAnchor()
}

// findConfig finds the one linkerd-config and with it the control plane's namespace.
func (a *adoption) findConfig() (object, bool) {
	var spaces []string
	var first object
	for _, o := range a.stream.objects {
		if (targetKey{o.kind, o.name}) != configKey || o.hook || o.get("data", "values").Kind() != manifest.Scalar {
			continue
		}
		space := namespaceOf(o)
		if a.in.Namespace != "" && space != "" && space != a.in.Namespace || slices.Contains(spaces, space) {
			continue
		}
		if spaces = append(spaces, space); len(spaces) == 1 {
			first = o
		}
	}
	switch {
	case len(spaces) == 0 && a.in.Namespace == "":
		a.fail(problem.AdoptNoConfig.With("in any namespace"))
	case len(spaces) == 0:
		a.fail(problem.AdoptNoConfig.With("namespace " + a.in.Namespace))
	case len(spaces) > 1:
		a.fail(problem.AdoptTwoMeshes.With(strings.Join(spaces, ", ")))
	default:
		a.state.Spec.Linkerd.Namespace = spaces[0]
		if spaces[0] == "" {
			a.state.Spec.Linkerd.Namespace = a.in.Namespace
		}
		return first, true
	}
	return object{}, false
}

// namespaceOf a control plane object: its own, or what its labels say of it,
// where the render leaves the namespace to kubectl.
func namespaceOf(o object) string {
	if o.namespace != "" {
		return o.namespace
	}
	return o.get("metadata", "labels", controlPlaneNS).Value()
}

// find gives the object of that kind and name in a namespace; one that stands
// twice is an error. A Helm hook's copy does not count.
func (a *adoption) find(kind, name, namespace string) (object, bool) {
	var found *object
	for i, o := range a.stream.objects {
		elsewhere := !clusterScoped[kind] && o.namespace != "" && o.namespace != namespace
		if o.kind != kind || o.name != name || o.hook || elsewhere {
			continue
		}
		if found != nil {
			docs := a.stream.docs
			a.fail(problem.RenderDoubledTarget.With(docs[found.doc].Number, docs[o.doc].Number).On(o.String()).At(docs[o.doc].Line, 0))
			return o, false
		}
		found = &a.stream.objects[i]
	}
	if found == nil {
		return object{}, false
	}
	return *found, true
}

// own is find in the control plane's namespace.
func (a *adoption) own(kind, name string) (object, bool) {
	return a.find(kind, name, a.state.WithDefaults().Spec.Linkerd.Namespace)
}

// readConfig reads the values that the control plane was installed with.
func (a *adoption) readConfig(o object) {
	if _, once := a.own(o.kind, o.name); !once {
		return
	}
	a.from = o.String() + " data.values"
	values, err := manifest.Parse([]byte(o.get("data", "values").Value()))
	if err != nil {
		a.fail(problem.Of(err).Under(a.from).Err())
		return
	}
	a.values = values
	a.createdBy = o.get("metadata", "annotations", createdByHint).Value()
	a.readValues()
}

// readTrustRoots reads what pods mount, or, in 2.10, what identity is given in
// its environment.
func (a *adoption) readTrustRoots() {
	if o, ok := a.own("ConfigMap", trustRootsName); ok {
		a.addBundle(o.String(), o.get("data", trustRootsKey).Value(), false)
	}
	o, ok := a.own("Deployment", linkerd.DeploymentIdentity)
	if !ok {
		return
	}
	for _, container := range o.get("spec", "template", "spec", "containers").Items() {
		for _, env := range container.Get("env").Items() {
			if env.Get("name").Value() != identityAnchorsEnv {
				continue
			}
			if text, err := unbase64(env.Get("value").Value()); err == nil {
				a.addBundle(o.String(), text, false)
			}
		}
	}
}

// readIssuerSecret reads the Secret that identity signs with.
func (a *adoption) readIssuerSecret() {
	o, ok := a.own("Secret", issuerName)
	if !ok {
		if l := a.state.WithDefaults().Spec.Linkerd; l.IssuerScheme == state.SchemeLinkerd {
			a.adopted.Missing = append(a.adopted.Missing, l.Namespace+"/"+issuerName)
		}
		return
	}
	fields := [2]string{linkerd.FieldCert, linkerd.FieldKey}
	if a.state.Spec.Linkerd.IssuerScheme == state.SchemeKubernetes {
		fields = [2]string{"tls.crt", "tls.key"}
	}
	certificate, key := a.secretText(o, fields[0]), a.secretText(o, fields[1])
	if len(a.problems) > 0 {
		return
	}
	if certificate == "" {
		a.fail(problem.RenderMissingField.With(manifest.At("data", fields[0]).String()).On(o.String()).At(a.stream.docs[o.doc].Line, 0))
		return
	}
	chain, err := pki.ReadChain([]byte(certificate))
	a.fail(problem.Of(err).Under(o.String() + " " + fields[0]).Err())
	a.issuers = append(a.issuers, chainFound{o.String(), chain, false})
	a.keys = append(a.keys, keyFound{"", o.String() + " " + fields[1], key, chain})
	if o.get("metadata", "annotations", certManagerHint) != nil {
		a.note("cert-manager renews the issuer in " + o.String() + ": the state has to follow each renewal")
	}
}

// secretText is the text of one key of a Secret, "" if it is not there.
func (a *adoption) secretText(o object, key string) string {
	if node := o.get("stringData", key); node != nil {
		return node.Value()
	}
	text, err := unbase64(o.get("data", key).Value())
	if err != nil {
		a.fail(problem.AdoptNoBase64.With(key).On(o.String()).At(a.stream.docs[o.doc].Line, 0))
	}
	return text
}

// unbase64 decodes what Kubernetes holds as bytes; line breaks are allowed.
func unbase64(text string) (string, error) {
	plain, err := base64.StdEncoding.DecodeString(text)
	return string(plain), err
}

// readHeartbeat pins the schedule that stands: the charts make one up at each render.
func (a *adoption) readHeartbeat() {
	if o, ok := a.own("CronJob", heartbeatName); ok {
		if schedule := o.get("spec", "schedule").Value(); schedule != "" {
			a.state.Spec.Linkerd.HeartbeatSchedule = schedule
		}
	}
}
