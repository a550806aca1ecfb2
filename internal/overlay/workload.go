package overlay

import (
	"cmp"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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

// Workloads lists the workloads of a stream (lists are looked into) with the
// value of an annotation of their pod templates, sorted by namespace, kind and
// name, each once. A workload without a pod template is no workload: it is a
// patch of one, perhaps.
func Workloads(stream []byte, annotation string) ([]Workload, error) {
	var found []Workload
	for _, document := range manifest.Split(stream) {
		head, sure := document.Head()
		if _, known := kindOf(linkerd.KindOf(head.APIVersion, head.Kind)); sure && !known {
			continue
		}
		root, err := document.Parse()
		if err != nil {
			return nil, problem.OverlayStream.With(err).Because(err)
		}
		found = append(found, workloadsIn(root, root.Head(), annotation)...)
	}
	order.By(found, func(a, b Workload) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Stamp, b.Stamp))
	})
	return slices.CompactFunc(found, func(a, b Workload) bool {
		return a.Namespace == b.Namespace && a.Kind == b.Kind && a.Name == b.Name
	}), nil
}

// workloadsIn is the one workload that an object is, or those among its items.
func workloadsIn(object *manifest.Node, head manifest.Head, annotation string) (found []Workload) {
	if items := object.Get("items"); items != nil && head.Kind != "" {
		for _, item := range items.Items() {
			found = append(found, workloadsIn(item, item.ItemHead(head), annotation)...)
		}
		return found
	}
	k, known := kindOf(linkerd.KindOf(head.APIVersion, head.Kind))
	template := object
	for _, step := range k.template {
		template = template.Get(step)
	}
	if !known || template.Len() == 0 {
		return nil
	}
	w := Workload{APIVersion: head.APIVersion, Kind: k.name, Namespace: head.Namespace, Name: head.Name}
	w.Stamp = template.Lookup(manifest.At("metadata", "annotations", annotation)).Value()
	w.Literal = hasLiteral(template)
	return []Workload{w}
}

// anchorsEnv is how a proxy is given the bundle as text (charts/partials/templates/_proxy.tpl).
const anchorsEnv = "LINKERD2_PROXY_IDENTITY_TRUST_ANCHORS"

func hasLiteral(template *manifest.Node) bool {
	for _, container := range template.Lookup(manifest.At("spec", "containers")).Items() {
		if container.Get("name").Value() != linkerd.ProxyContainer {
			continue
		}
		for _, variable := range container.Get("env").Items() {
			if variable.Get("name").Value() == anchorsEnv && variable.Get("value") != nil {
				return true
			}
		}
	}
	return false
}
