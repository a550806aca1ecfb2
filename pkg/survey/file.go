package survey

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// file is one YAML file while it is looked at.
type file struct {
	survey *Survey
	name   string
	text   []byte
	lines  [][]byte // made when first asked for
	// above is how many lines precede the text that is parsed, where that is a part.
	above int
	// patches are objects that stand in strings of the document just read.
	patches []cursor
}

// line is the text of a line, counted from 1, without its end.
func (f *file) line(number int) []byte {
	if f.lines == nil {
		f.lines = bytes.Split(f.text, []byte("\n"))
	}
	if number < 1 || number > len(f.lines) {
		return nil
	}
	return bytes.TrimSuffix(f.lines[number-1], []byte("\r"))
}

// document hands a document to the reader of its kind. Documents of kinds that
// no reader is for are not parsed.
func (f *file) document(d manifest.Document) {
	f.survey.report.Documents++
	if head, sure := d.Head(); sure && readerOf(f.name, head) == nil {
		if !namesOurs(d.Text) && (head.Kind != "" && !carries(d.Text) || head.Kind == "" && !mentionsValues(d.Text)) {
			return
		}
	}
	root, err := d.Parse()
	if err != nil {
		f.unread(d, err)
		return
	}
	if root == nil {
		return
	}
	f.object(cursor{file: f, node: root, near: root}, root.Head())
	for _, patch := range f.patches {
		f.object(patch, patch.node.Head())
	}
	f.patches = nil
}

// object reads one object, or the items of one that has some.
func (f *file) object(c cursor, head manifest.Head) {
	if items := c.node.Get("items"); items.Kind() == manifest.Sequence && head.Kind != "" {
		for _, item := range c.get("items").items() {
			f.object(item, item.node.ItemHead(head))
		}
		return
	}
	switch read := readerOf(f.name, head); {
	case read != nil:
		read(f.survey, c)
	case head.Kind == "" && c.node.Kind() == manifest.Sequence: // a playbook, a list of releases
		f.survey.values(c, "")
	case head.Kind == "" && c.node.Kind() == manifest.Mapping:
		f.survey.valuesFile(c)
	case head.Kind != "":
		f.survey.carriesValues(c)
		f.survey.arguments(c, head)
	}
	if head.Kind != state.Kind {
		f.nested(c)
	}
}

// unread counts templates, and says where anything else stopped to be YAML.
func (f *file) unread(d manifest.Document, err error) {
	if bytes.Contains(d.Text, []byte("{{")) {
		if !f.template(d) {
			f.survey.report.Templates++
		}
		return
	}
	at := spot{file: f.name, line: d.Line, column: 1}
	if problems := problem.Of(err); problems[0].Line > 0 {
		at.line, at.column = problems[0].Line, max(problems[0].Column, 1)
	}
	f.survey.say(at, pki.Info, problem.SurveyUnread)
}

// readers by API group and kind: a list, which the linker leaves out where nobody surveys.
var readers = []struct {
	group, kind string
	read        func(*Survey, cursor)
}{
	{"argoproj.io", "Application", (*Survey).application},
	{"argoproj.io", "ApplicationSet", (*Survey).applicationSet},
	{"helm.toolkit.fluxcd.io", "HelmRelease", (*Survey).helmRelease},
	{"kustomize.toolkit.fluxcd.io", "Kustomization", (*Survey).fluxKustomization},
	{"kustomize.config.k8s.io", "Kustomization", (*Survey).kustomization},
	{"kustomize.config.k8s.io", "Component", (*Survey).kustomization},
	{"helm.cattle.io", "HelmChart", (*Survey).k3sChart},
	{"cert-manager.io", "Certificate", (*Survey).certificate},
	{"trust.cert-manager.io", "Bundle", (*Survey).trustBundle},
	{"trust-manager.io", "ClusterBundle", (*Survey).trustBundle},
	{"bitnami.com", "SealedSecret", (*Survey).sealedSecret},
	{"external-secrets.io", "ExternalSecret", (*Survey).externalSecret},
	{"", "ConfigMap", (*Survey).configMap},
	{"", "Secret", (*Survey).secret},
	{state.Group, state.Kind, (*Survey).stateFile},
}

// readerOf finds the reader of an object. A kustomization file and a chart's own
// need no kind.
func readerOf(name string, head manifest.Head) func(*Survey, cursor) {
	switch base := path.Base(name); {
	case head.Kind == "" && slices.Contains(kustomizationNames, base):
		return (*Survey).kustomization
	case head.Kind == "" && isSourceOverride(base):
		return (*Survey).sourceOverride
	case head.Kind == "" && base == chartFile:
		return (*Survey).umbrella
	}
	group, _, grouped := strings.Cut(head.APIVersion, "/")
	if !grouped {
		group = ""
	}
	for _, r := range readers {
		if r.group == group && r.kind == head.Kind {
			return r.read
		}
	}
	return nil
}
