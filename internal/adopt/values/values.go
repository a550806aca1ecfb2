// Package values reads the Helm values that an object of a GitOps host deploys the
// control plane with: Argo CD's Application and ApplicationSet, Flux' HelmRelease,
// k3s' HelmChart. It is pure.
package values

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Found is what an object says of a control plane.
type Found struct {
	// Object is its kind and name, for messages.
	Object string
	// Data are the values as one file, in the host's order of precedence.
	Data []byte
	// Release and Namespace are "" where the object does not say them.
	Release, Namespace string
	// Elsewhere lists sources of values that the text does not have.
	Elsewhere []string
}

// Of reads a text that may hold such an object. isObject is false for any other text,
// which may be a file of values.
func Of(text []byte) (f Found, isObject bool, err error) {
	var objects []*manifest.Node
	for _, d := range manifest.Split(text) {
		root, err := d.Parse()
		if err != nil {
			return Found{}, false, nil // whoever reads it as values says where
		}
		objects = append(objects, flattened(root)...)
	}
	var deployed []release
	for _, o := range objects {
		if read := readers[kindOf(o)]; read != nil {
			deployed = append(deployed, read(source{o, objects})...)
		}
	}
	meant := slices.DeleteFunc(slices.Clone(deployed), func(r release) bool { return !r.isControlPlane() })
	if len(meant) == 0 {
		for _, o := range objects {
			meant = append(meant, source{o, objects}.carriers()...)
		}
	}
	if len(meant) == 0 && len(objects) > 1 { // of kinds that only a reader of values knows
		for _, o := range objects {
			if r := (release{object: source{o, nil}.name(), values: treeOf(o)}); r.values.has(linkerd.AnchorsValue) {
				meant = append(meant, r)
			}
		}
	}
	if len(meant) > 1 {
		return Found{}, true, problem.AdoptTwoValues.With(names(meant))
	}
	if len(meant) == 0 && len(deployed) == 1 {
		meant = deployed
	}
	if len(meant) == 0 {
		return Found{}, false, nil
	}
	return meant[0].found(), true, nil
}

// flattened are the objects of a document: the items of a List, or itself.
func flattened(root *manifest.Node) (objects []*manifest.Node) {
	if strings.HasSuffix(root.Head().Kind, "List") && root.Get("items") != nil {
		for _, item := range root.Get("items").Items() {
			objects = append(objects, item)
		}
		return objects
	}
	return []*manifest.Node{root}
}

// kindOf is group and kind of an object.
func kindOf(o *manifest.Node) string {
	head := o.Head()
	group, _, grouped := strings.Cut(head.APIVersion, "/")
	if !grouped {
		group = ""
	}
	return group + "/" + head.Kind
}

// release is one chart that an object deploys.
type release struct {
	object, chart, version, namespace string
	values                            tree
	elsewhere                         []string
}

func (r release) found() Found {
	data, err := json.Marshal(r.values)
	if err != nil { // maps, lists and strings always marshal
		panic("values: " + err.Error())
	}
	f := Found{Object: r.object, Data: data, Namespace: r.namespace, Elsewhere: r.elsewhere}
	f.Release, _ = linkerd.ChartRelease(path.Base(r.chart), r.version)
	return f
}

// isControlPlane reports whether the chart is Linkerd's control plane, or the values
// are such as only that has.
func (r release) isControlPlane() bool {
	name := path.Base(r.chart)
	return name == linkerd.ChartControlPlane || name == linkerd.ChartLinkerd2 ||
		r.values.has(linkerd.AnchorsValue, "crtPEM", "externalCA")
}

func names(releases []release) string {
	var all []string
	for _, r := range releases {
		all = append(all, r.object)
	}
	return strings.Join(all, ", ")
}
