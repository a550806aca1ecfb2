package overlay

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/kyaml/kio"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// Workload is one object that a rollout stamp restarts.
type Workload struct {
	APIVersion, Kind, Namespace, Name string
	// Stamp on its pod template; "" is none.
	Stamp string
	// Literal: its proxy has the trust bundle as text (`linkerd inject --manual`),
	// which no stamp renews.
	Literal bool
}

// kind of workload whose pods a change of the template replaces (design section 7).
type kind struct {
	name, apiVersion string
	template         []string // where the pod template stands
}

var podTemplate = []string{"spec", "template"}

// kinds in the order in which a Component lists them.
var kinds = []kind{
	{"Deployment", "apps/v1", podTemplate},
	{"StatefulSet", "apps/v1", podTemplate},
	{"DaemonSet", "apps/v1", podTemplate},
	{"CronJob", "batch/v1", []string{"spec", "jobTemplate", "spec", "template"}},
	{"Rollout", "argoproj.io/v1alpha1", podTemplate},
	{"DeploymentConfig", "apps.openshift.io/v1", podTemplate},
}

func kindOf(name string) (kind, bool) {
	i := slices.IndexFunc(kinds, func(k kind) bool { return k.name == name })
	if i < 0 {
		return kind{}, false
	}
	return kinds[i], true
}

// Workloads lists the workloads of a stream (Lists are looked into) with the
// value of an annotation of their pod templates, sorted by namespace, kind and
// name, each once. A workload without a pod template is no workload: it is a
// patch of one, perhaps.
func Workloads(stream []byte, annotation string) ([]Workload, error) {
	nodes, err := (&kio.ByteReader{Reader: bytes.NewReader(stream), OmitReaderAnnotations: true, DisableUnwrapping: true}).Read()
	if err != nil {
		return nil, problem.OverlayStream.With(quotable(err, "")).Because(err)
	}
	var found []Workload
	for _, node := range flatten(nodes) {
		k, known := kindOf(node.GetKind())
		if !known {
			continue
		}
		template, err := node.Pipe(yaml.Lookup(k.template...))
		if err != nil || template.IsNilOrEmpty() {
			continue
		}
		w := Workload{APIVersion: node.GetApiVersion(), Kind: k.name, Namespace: node.GetNamespace(), Name: node.GetName()}
		stamp, err := template.Pipe(yaml.Lookup("metadata", "annotations", annotation))
		if err == nil && stamp != nil {
			w.Stamp = stamp.YNode().Value
		}
		w.Literal = hasLiteral(template)
		found = append(found, w)
	}
	slices.SortFunc(found, func(a, b Workload) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Stamp, b.Stamp))
	})
	return slices.CompactFunc(found, func(a, b Workload) bool {
		return a.Namespace == b.Namespace && a.Kind == b.Kind && a.Name == b.Name
	}), nil
}

// flatten puts the items of Lists in their place.
func flatten(nodes []*yaml.RNode) (flat []*yaml.RNode) {
	for _, node := range nodes {
		items, err := node.Pipe(yaml.Lookup("items"))
		kind, isList := strings.CutSuffix(node.GetKind(), "List")
		if err != nil || items == nil || !isList {
			flat = append(flat, node)
			continue
		}
		if elements, err := items.Elements(); err == nil {
			inherit(elements, kind, node.GetApiVersion())
			flat = append(flat, flatten(elements)...)
		}
	}
	return flat
}

// inherit gives the items of a typed list, such as a DeploymentList, what they may
// leave to the list.
func inherit(items []*yaml.RNode, kind, apiVersion string) {
	if kind == "" {
		return
	}
	for _, item := range items {
		if item.GetKind() == "" {
			item.SetKind(kind)
		}
		if item.GetApiVersion() == "" {
			item.SetApiVersion(apiVersion)
		}
	}
}

// anchorsEnv is how a proxy is given the bundle as text (charts/partials/templates/_proxy.tpl).
const anchorsEnv = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS"

func hasLiteral(template *yaml.RNode) bool {
	containers, err := template.Pipe(yaml.Lookup("spec", "containers"))
	if err != nil || containers == nil {
		return false
	}
	literal, err := containers.Pipe(yaml.PathGetter{Path: []string{"[name=linkerd-proxy]", "env", "[name=" + anchorsEnv + "]", "value"}})
	return err == nil && literal != nil
}
