package render

import (
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Group is a set of objects that a chart renders together.
type Group = linkerd.Group

// The groups of design section 6.
const (
	ControlPlane = linkerd.ControlPlane
	Viz          = linkerd.Viz
	Jaeger       = linkerd.Jaeger
	Multicluster = linkerd.Multicluster
	Workloads    = linkerd.Workloads
)

// Groups lists every group in the order of reports.
var Groups = []Group{ControlPlane, Viz, Jaeger, Multicluster, Workloads}

// ParseGroup reads a group's name as a flag gives it.
func ParseGroup(name string) (Group, error) {
	if !slices.Contains(Groups, Group(name)) {
		return "", problem.RenderUnknownGroup.With(name)
	}
	return Group(name), nil
}

func joinGroups(groups []Group) string {
	names := make([]string, len(groups))
	for i, g := range groups {
		names[i] = string(g)
	}
	return strings.Join(names, ", ")
}

// extensionLabel is the text by which a document belongs to an extension even
// when none of its targets stands in the stream (labels of every extension chart).
var extensionLabel = map[Group]string{
	Viz:          "linkerd.io/extension: viz",
	Jaeger:       "linkerd.io/extension: jaeger",
	Multicluster: "linkerd.io/extension: multicluster",
}

// namespace of a group's own objects; "" where there is no single one.
func (m *Material) namespace(g Group) string {
	l := m.State.Spec.Linkerd
	switch g {
	case ControlPlane:
		return l.Namespace
	case Viz:
		return l.VizNamespace
	case Jaeger:
		return l.JaegerNamespace
	case Multicluster:
		return l.MulticlusterNamespace
	default:
		return ""
	}
}
