// Package component makes kustomize Components of a phase: they stamp workloads,
// patch the control plane, or run this tool as a function.
package component

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/overlay"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Source is a kustomization or a stream whose meshed workloads are stamped.
type Source struct {
	// Path is a directory or a file; "-" is Stdin.
	Path string
	// Restrictor says where a kustomization may load files from: root or none.
	Restrictor string
	// Namespace is that of objects that name none.
	Namespace string
	// Inject has what the annotations of namespaces say that are not in the input.
	Inject map[string]string
	// Within is the directory that no base of a kustomization may lie out of; ""
	// lets them be anywhere.
	Within string
	Build  Builder
	Stdin  io.Reader
	Notes  io.Writer
}

// ByName stamps the workloads that are meshed in a kustomization or a stream, by
// the same rule as post-render.
func ByName(s *state.Rotation, f Source) ([]byte, error) {
	stream, placing, err := f.stream()
	if err != nil {
		return nil, err
	}
	out, err := render.StampWorkloads(render.WorkloadsInput{
		State: s, Files: []render.WorkloadFile{{Name: f.Path, Text: stream}}, Stream: true,
		Namespace: f.Namespace, Inject: f.Inject,
	})
	if err != nil {
		return nil, err
	}
	all, err := overlay.Workloads(out.Files[0].Text, render.StampHint)
	if err != nil {
		return nil, err
	}
	for i, w := range all {
		namespace := w.Namespace
		if namespace == "" {
			namespace = f.Namespace
		}
		if w.Stamp != s.StampOf(namespace, w.Kind, w.Name) {
			all[i].Stamp = "" // somebody else's annotation
		}
		if all[i].Stamp != "" && w.Literal {
			sink.Note(f.Notes, "%s %s/%s holds the bundle as text, which a stamp does not renew: inject it anew, or use `l5d-pki-render workloads`", w.Kind, namespace, w.Name)
		}
	}
	f.tellUnsure(out.Report)
	return overlay.ByName(render.StampHint, all, placing), nil
}

// tellUnsure names the workloads that the Component may lack.
func (f Source) tellUnsure(report render.WorkloadsReport) {
	for _, w := range report.Workloads {
		if w.Fate == render.Unknown || w.Fate == render.Immune {
			sink.Note(f.Notes, "not in the Component: %s: %s", w.Object, w.Why)
		}
	}
}

// stream is what the path names, built when it is a kustomization.
func (f Source) stream() ([]byte, overlay.Placing, error) {
	if f.Path == "-" {
		stream, err := files.ReadAll(f.Stdin, "stdin", render.MaxStream)
		return stream, overlay.Namespaced, err
	}
	if info, err := os.Stat(f.Path); err == nil && !info.IsDir() {
		stream, err := files.Read(f.Path, render.MaxStream)
		return stream, overlay.Namespaced, err
	}
	built, err := Build(f.Path, f.Restrictor, f.Within, f.Build)
	if err != nil {
		return nil, overlay.Namespaced, err
	}
	if built.Renames {
		sink.Note(f.Notes, "%s renames its objects after its components: use the Component in a kustomization above it, with %s among the resources", f.Path, f.Path)
	}
	return built.Stream, overlay.Placing(built.Moves), nil
}

// Builder has a kustomization built in a process with bounds.
type Builder func(exchange.Kustomization) (exchange.Built, error)

// Build builds the kustomization in a directory.
func Build(dir, restrictor, within string, build Builder) (exchange.Built, error) {
	if restrictor != "root" && restrictor != "none" {
		return exchange.Built{}, problem.OverlayRestrictor.With(restrictor)
	}
	built, err := build(exchange.Kustomization{Dir: dir, Unrestricted: restrictor == "none", Within: within})
	if err != nil {
		return exchange.Built{}, problem.Of(err).In(dir).Err()
	}
	return built, nil
}

// BySelector lets kustomize choose: annotated, all or label=SELECTOR.
func BySelector(s *state.Rotation, pick string) ([]byte, error) {
	selector := overlay.Selector{}
	labels, byLabel := strings.CutPrefix(pick, "label=")
	switch {
	case byLabel && labels != "":
		selector.Labels = labels
	case pick == "annotated":
		selector.Annotations = "linkerd.io/inject in (enabled,ingress)"
	case pick != "all":
		return nil, problem.OverlayWhich.With(fmt.Sprintf("--select wants annotated, all or label=SELECTOR, not %q", pick))
	}
	wave := overlay.Wave{Stamp: s.Status.Stamp}
	if w := s.Status.Wave; w != nil {
		wave.Split, wave.Previous, wave.Namespaces = true, w.Previous, w.Namespaces
	}
	return overlay.BySelector(render.StampHint, selector, wave)
}
