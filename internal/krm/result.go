package krm

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// Severities of results. One of Error ends the call with exit code 1.
const (
	Error   = "error"
	Warning = "warning"
	Info    = "info"
)

// Result is one entry of a list's results; no PEM body and no key stand in it.
type Result struct {
	Message     string            `json:"message"`
	Severity    string            `json:"severity"`
	ResourceRef *Reference        `json:"resourceRef,omitempty"`
	Field       *Field            `json:"field,omitempty"`
	File        *File             `json:"file,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Reference names the object that a result is about.
type Reference struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Namespace  string `json:"namespace,omitempty"`
}

// Field is a place inside the object or inside the list.
type Field struct {
	Path string `json:"path"`
}

// File is where the host read the object from.
type File struct {
	Path  string `json:"path"`
	Index int    `json:"index,omitempty"`
}

// String is the result as one line of text.
func (r Result) String() string {
	place := ""
	if r.ResourceRef != nil {
		place = r.ResourceRef.String() + ": "
	}
	if r.Field != nil {
		place += r.Field.Path + ": "
	}
	return place + r.Message
}

// String is "Kind namespace/name" or "Kind name".
func (r Reference) String() string {
	if r.Namespace == "" {
		return r.Kind + " " + r.Name
	}
	return r.Kind + " " + r.Namespace + "/" + r.Name
}

// ofReport says what was done: one line in all, and one for what was left alone.
func (l *list) ofReport(report render.Report) []Result {
	results := []Result{{Severity: Info, Message: fmt.Sprintf("phase %s, epoch %d: %d changed, %d already right, %d left alone",
		report.Phase, report.Epoch, report.Count(render.Changed), report.Count(render.Right), report.Count(render.Left))}}
	for _, line := range report.Lines {
		if line.Outcome != render.Left {
			continue
		}
		r := Result{Message: string(line.Outcome) + ": " + line.Value, Severity: Info}
		l.place(&r, line.Object)
		if line.Field != "" {
			r.Field = &Field{line.Field}
		}
		results = append(results, r)
	}
	return results
}

// ofProblem is an error as a result, with its hints in the message's tail.
func (l *list) ofProblem(p *problem.Problem) Result {
	r := Result{Message: p.Text, Severity: Error, Tags: map[string]string{"code": string(p.Code)}}
	if len(p.Hints) > 0 {
		r.Message += "; " + strings.Join(p.Hints, "; ")
	}
	path := itemOf(p.Path)
	if l.place(&r, path); r.ResourceRef == nil && path != "" {
		r.Field = &Field{path}
	}
	return r
}

// itemOf names "document 3: …" of the stream that the items were made into as
// items[2]: ….
func itemOf(path string) string {
	rest, numbered := strings.CutPrefix(path, "document ")
	digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
	if number, err := strconv.Atoi(rest[:digits]); numbered && err == nil {
		return manifest.At("items", number-1).String() + rest[digits:]
	}
	return path
}

// place gives a result the object that is named "Kind namespace/name", as far
// as the list has it, and the file that the host read it from.
func (l *list) place(r *Result, object string) {
	kind, name, found := strings.Cut(object, " ")
	if !found || strings.Contains(name, " ") {
		return
	}
	ref := &Reference{Kind: kind, Name: name}
	if namespace, rest, namespaced := strings.Cut(name, "/"); namespaced {
		ref.Namespace, ref.Name = namespace, rest
	}
	r.ResourceRef = ref
	n := l.find(manifest.Head{Kind: kind, Name: ref.Name, Namespace: ref.Namespace})
	if n < 0 { // the namespace may be the group's own, which the item leaves out
		n = l.find(manifest.Head{Kind: kind, Name: ref.Name})
	}
	if n < 0 {
		return
	}
	item := l.item(n)
	ref.APIVersion = item.Head().APIVersion
	for _, prefix := range []string{"internal.config.kubernetes.io/", "config.kubernetes.io/"} {
		if path := item.Lookup(manifest.At("metadata", "annotations", prefix+"path")).Value(); path != "" {
			index, _ := strconv.Atoi(item.Lookup(manifest.At("metadata", "annotations", prefix+"index")).Value())
			r.File = &File{path, index}
			return
		}
	}
}

// inline is JSON, which is YAML of one line.
func inline(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil { // as in marshal
		panic("krm: results do not marshal: " + err.Error())
	}
	return text
}

func marshal(v any) []byte {
	text, err := yaml.Marshal(v)
	if err != nil { // strings, numbers and slices of them always marshal
		panic("krm: results do not marshal: " + err.Error())
	}
	return text
}
