package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/invopop/jsonschema"

	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/pkg/survey"
)

// reports are what commands write with -o json.
var reports = []struct {
	name, title string
	of          any
}{
	{"status", "status -o json", report.StatusData{}},
	{"plan", "plan -o json", rotation.Plan{}},
	{"proof", "prove -o json", rotation.Proof{}},
	{"change", "prove --base -o json", rotation.Change{}},
	{"move", "start, advance, back and rollout -o json", report.MoveData{}},
	{"log", "log -o json", []state.LogEntry{}},
	{"diff", "diff -o json", report.PhaseDiff{}},
	{"doctor", "doctor -o json", []recovery.Diagnosis{}},
	{"custody-status", "custody status -o json", keyfile.Status{}},
	{"lint", "lint -o json", []survey.Finding{}},
	{"errors", "what a command writes to stderr with -o json when it fails", report.Errors{}},
}

// reportSchema reflects a report. Fields may be added to reports, so unknown ones are
// valid; those that are always written are required.
func reportSchema(name, title string, of any) ([]byte, error) {
	r := &jsonschema.Reflector{Anonymous: true, AllowAdditionalProperties: true, Mapper: reported}
	for _, source := range []string{"pkg/rotation", "pkg/state", "pkg/delivery", "pkg/survey", "internal/report", "internal/nextstep",
		"internal/recovery", "internal/custody/keyfile"} {
		if err := r.AddGoComments(module+"/schema", "../"+source, jsonschema.WithFullComment()); err != nil {
			return nil, err
		}
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = oneLine(comment)
	}
	s := r.Reflect(of)
	s.ID = jsonschema.ID("https://github.com/l5d-pki/l5d-pki-render/schema/" + name + suffix)
	s.Title = title
	for _, d := range s.Definitions {
		nullable(d)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(s)
	return text.Bytes(), err
}

// nullable lets lists be null: Go writes an empty list so where nobody made one.
func nullable(s *jsonschema.Schema) {
	for p := s.Properties.Oldest(); p != nil; p = p.Next() {
		if p.Value.Type == "array" {
			list := *p.Value
			*p.Value = jsonschema.Schema{Description: list.Description,
				AnyOf: []*jsonschema.Schema{{Type: "null"}, {Type: list.Type, Items: list.Items}}}
		}
	}
}

// reported are the types that write themselves.
func reported(t reflect.Type) *jsonschema.Schema {
	if t == reflect.TypeFor[time.Time]() {
		return &jsonschema.Schema{Type: "string", Format: "date-time"}
	}
	return duration(t)
}

const suffix = ".schema.json"

// fileOf is where a schema is kept.
func fileOf(name string) string { return strings.ToLower(name) + suffix }
