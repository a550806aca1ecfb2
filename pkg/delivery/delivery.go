// Package delivery lists, for one state, every object that a rotation changes and
// the way by which it reaches the cluster. It is the only place that composes the
// commands a person runs to deliver an object.
package delivery

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Kind is a sort of object.
type Kind string

// The kinds, in the order of the list.
const (
	TrustRoots    Kind = "trust-roots"
	Config        Kind = "config"
	Issuer        Kind = "issuer"
	WebhookSecret Kind = "webhook-secret"
	CABundle      Kind = "ca-bundle"
	ControlPlane  Kind = "control-plane" // the pods that read the trust roots at their start
	Stamp         Kind = "stamp"
	TrustBundle   Kind = "trust-bundle" // for others than Linkerd
	Gate          Kind = "gate"
)

// By says who brings an object into the cluster.
type By string

// The routes.
const (
	// ByChart: the chart renders it from values that an output holds.
	ByChart By = "chart"
	// ByOutput: it is in a file of spec.outputs.
	ByOutput By = "output"
	// ByCustody: an output holds the custody's object, from which the cluster makes it.
	ByCustody By = "custody"
	// ByHost: whatever calls `post-render` writes it.
	ByHost By = "post-render"
	// ByPerson: nothing in Git delivers it; somebody runs Command.
	ByPerson By = "person"
	// Refused: the output that should deliver it cannot be written.
	Refused By = "refused"
)

// Object is one object, or a group of them that goes the same way.
type Object struct {
	Kind Kind `json:"kind"`
	// Name is what the object is called in messages, such as "Secret linkerd/linkerd-identity-issuer".
	Name string `json:"name"`
	By   By     `json:"by"`
	// How is the route in words.
	How string `json:"how"`
	// Command is what a person runs; only with ByPerson.
	Command string `json:"command,omitempty"`
	// Exceptions are ways to call the host that the state does not show, and in which
	// a person delivers the object after all.
	Exceptions []Exception `json:"exceptions,omitempty"`
	// After is what a person runs once the cluster has made the object.
	After string `json:"after,omitempty"`
}

func route(k Kind, name string, by By, how, command string) Object {
	return Object{Kind: k, Name: name, By: by, How: how, Command: command}
}

// Automatic reports whether the object arrives without a person.
func (o Object) Automatic() bool { return o.By != ByPerson && o.By != Refused }

// Line says in one line what a person must do or mend; "" for what arrives by itself.
func (o Object) Line() string {
	switch o.By {
	case ByPerson:
		return fmt.Sprintf("%s: %s; apply it by hand after the merge of a phase that changes it: `%s`", o.Name, o.How, o.Command)
	case Refused:
		return fmt.Sprintf("%s: %s", o.Name, o.How)
	default:
		return ""
	}
}

// Lines are those of all objects that do not arrive by themselves. Objects that one
// command delivers for one reason have one line.
func Lines(objects []Object) (lines []string) {
	type cause struct{ how, command string }
	at := map[cause]int{}
	var merged []Object
	for _, o := range objects {
		c := cause{o.How, o.Command}
		i, known := at[c]
		switch {
		case o.Line() == "":
		case known && o.By == ByPerson:
			if names := strings.Split(merged[i].Name, ", "); !slices.Contains(names, o.Name) {
				merged[i].Name += ", " + o.Name
			}
		default:
			at[c], merged = len(merged), append(merged, o)
		}
	}
	for _, o := range merged {
		if line := o.Line(); !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// Of lists the objects of the state with their routes. statePath is what commands
// name the state file by; "" or "rotation.yaml" needs no flag.
func Of(s *state.Rotation, statePath string) []Object {
	s = s.WithDefaults()
	l := router{s.Spec, Commands{s.Spec.Custody.Kind, statePath}}
	list := []Object{l.trustRoots(), l.chartObject(Config, "ConfigMap "+s.Spec.Linkerd.Namespace+"/"+linkerd.Config, render.ControlPlane),
		l.issuer()}
	for _, w := range render.KnownWebhooks() {
		listed, ok := s.Status.Webhooks[w.Key]
		if !ok {
			continue
		}
		if listed.Certificate != "" {
			list = append(list, l.secret(WebhookSecret, "Secret "+l.namespace(w.Group)+"/"+w.Secret, w.Group))
		}
		list = append(list, l.chartObject(CABundle, w.ConfigKind+" "+w.Config, w.Group))
	}
	return append(append(list, l.controlPlane(), l.stamps()), l.beside()...)
}

// Changed picks the objects of the given kinds.
func Changed(all []Object, kinds ...Kind) []Object {
	return slices.DeleteFunc(slices.Clone(all), func(o Object) bool { return !slices.Contains(kinds, o.Kind) })
}

// router finds routes by what people decided.
type router struct {
	state.Spec
	commands Commands
}

func (l router) namespace(g render.Group) string {
	switch g {
	case render.Viz:
		return l.Linkerd.VizNamespace
	case render.Jaeger:
		return l.Linkerd.JaegerNamespace
	default:
		return l.Linkerd.Namespace
	}
}

// output finds the first output of the kinds that fits; -1 if there is none.
func (l router) output(fits func(state.Output) bool) int { return slices.IndexFunc(l.Outputs, fits) }

// feeds is the output that renders the chart of a group, or holds its values.
func (l router) feeds(g render.Group) int {
	return l.output(func(o state.Output) bool {
		return o.IsValuesOf(string(g)) || o.Kind == state.OutputChart && chartGroup(o.Chart) == g
	})
}

// chartGroup guesses a chart's group by its file name, as people name them.
func chartGroup(chart string) render.Group {
	name := path.Base(chart)
	switch {
	case strings.Contains(name, "viz"):
		return render.Viz
	case strings.Contains(name, "jaeger"):
		return render.Jaeger
	case strings.Contains(name, "multicluster"), strings.Contains(name, "crds"):
		return ""
	}
	return render.ControlPlane
}

func (l router) named(i int) string {
	return fmt.Sprintf("spec.outputs[%d] (%s, %s)", i, l.Outputs[i].Kind, l.Outputs[i].Path)
}

// refused says why an output that feeds a chart cannot be written; "" if it can.
func (l router) refused(i int) string {
	if kind := l.Outputs[i].Kind; kind == state.OutputChart || l.Linkerd.IssuerScheme == state.SchemeKubernetes {
		return ""
	}
	return fmt.Sprintf("%s cannot be written: values without keys need issuer scheme %s, and this mesh uses %s; see docs/delivery.md", l.named(i), state.SchemeKubernetes, l.Linkerd.IssuerScheme)
}

// chartObject is public and in every render of its chart.
func (l router) chartObject(k Kind, name string, g render.Group) Object {
	i := l.feeds(g)
	if i < 0 {
		return route(k, name, ByHost, "whatever calls `l5d-pki-render post-render`", "")
	}
	if why := l.refused(i); why != "" && g == render.ControlPlane {
		return route(k, name, Refused, why, "")
	}
	if l.Outputs[i].Kind == state.OutputChart {
		return route(k, name, ByOutput, l.named(i), "")
	}
	return route(k, name, ByChart, "the chart, with the values of "+l.named(i), "")
}

func (l router) trustRoots() Object {
	name := "ConfigMap " + l.Linkerd.Namespace + "/" + linkerd.TrustRoots
	if !l.Linkerd.ExternalCA {
		return l.chartObject(TrustRoots, name, render.ControlPlane)
	}
	if i := l.manifests(); i >= 0 {
		return route(TrustRoots, name, ByOutput, l.named(i), "")
	}
	return route(TrustRoots, name, ByPerson, "externalCA is true, and no output of kind manifests delivers the trust roots", l.commands.Public())
}

func (l router) manifests() int {
	return l.output(func(o state.Output) bool { return o.Kind == state.OutputManifests })
}

func (l router) issuer() Object {
	name := "Secret " + l.Linkerd.Namespace + "/" + linkerd.IssuerSecret
	o := l.secret(Issuer, name, render.ControlPlane)
	if o.By == ByHost && l.Linkerd.IssuerScheme == state.SchemeKubernetes {
		o.By, o.How = ByPerson, "with issuerScheme "+state.SchemeKubernetes+" the chart renders no issuer Secret"
		o.Command, o.Exceptions = l.commands.Secrets(), nil
	}
	return o
}

// secret is a Secret with a private key: files in Git have the custody's object or nothing.
func (l router) secret(k Kind, name string, g render.Group) Object {
	o := route(k, name, ByHost, l.commands.hostHow(), "")
	if k == Issuer && l.Custody.Kind == state.CustodyCertManager {
		o.After = l.commands.ReadBack(l.Linkerd.Namespace)
	}
	if i := l.manifests(); i >= 0 && l.commands.hasObject() {
		o.By, o.How = ByCustody, l.named(i)+" has the object of custody "+l.Custody.Kind
		return o
	}
	i := l.feeds(g)
	switch {
	case i < 0:
		o.Exceptions = l.exceptions(k)
		return o
	case g == render.ControlPlane && l.refused(i) != "":
		return route(k, name, Refused, l.refused(i), "")
	}
	return route(k, name, ByPerson, fmt.Sprintf("no output has it (custody %s)", l.Custody.Kind), l.commands.Secrets())
}

// controlPlane: without anchors in the values nothing in the chart follows the bundle.
func (l router) controlPlane() Object {
	name := "Deployments linkerd-identity, linkerd-destination, linkerd-proxy-injector"
	if l.Linkerd.ExternalCA && !l.Linkerd.RollControlPlane {
		return route(ControlPlane, name, ByPerson, "with externalCA and without rollControlPlane nothing restarts them", RestartControlPlane(l.Linkerd.Namespace))
	}
	return l.chartObject(ControlPlane, name, render.ControlPlane)
}

func (l router) stamps() Object {
	name := "pod templates of meshed workloads"
	i := l.output(func(o state.Output) bool { return o.Kind == state.OutputEdit || o.Kind == state.OutputComponent })
	if i < 0 {
		return route(Stamp, name, ByHost, "whatever calls `l5d-pki-render post-render`, or `l5d-pki-render workloads`", "")
	}
	return route(Stamp, name, ByOutput, l.named(i), "")
}
