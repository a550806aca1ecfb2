package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const (
	module = "github.com/l5d-pki/l5d-pki-render"
	ids    = "https://github.com/l5d-pki/l5d-pki-render/schema/"
)

// schemas are the files that this program writes.
var schemas = map[string]func() ([]byte, error){
	"rotation.schema.json": func() ([]byte, error) {
		return reflected(&state.Rotation{}, "rotation.schema.json", "Rotation, the state file of l5d-pki-render", constraints)
	},
	"audit.schema.json": func() ([]byte, error) {
		return reflected(&audit.Statement{}, "audit.schema.json", "Statement, what audit pack says of one move", auditConstraints)
	},
	"fleet.schema.json": func() ([]byte, error) {
		return reflected(&fleet.File{}, "fleet.schema.json", "Fleet, the members that l5d-pki-render rotates in step", fleetConstraints)
	},
}

// reflected is the schema of a type, with what types cannot say. It runs in schema/,
// so that comments are found in the source beside it.
func reflected(of any, name, title string, limits []constraint) ([]byte, error) {
	r := &jsonschema.Reflector{ExpandedStruct: true, Mapper: duration}
	for _, source := range []string{"../pkg/state", "../internal/fleet", "../internal/audit"} {
		if err := r.AddGoComments(module+"/schema", source, jsonschema.WithFullComment()); err != nil {
			return nil, err
		}
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = oneLine(comment)
	}
	s := r.Reflect(of)
	s.ID, s.Title = jsonschema.ID(ids+name), title
	for _, c := range limits {
		c.set(property(s, c.owner, c.key))
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return nil, err
	}
	return text.Bytes(), nil
}

// duration is a text in the form of [state.ParseDuration].
func duration(t reflect.Type) *jsonschema.Schema {
	if t != reflect.TypeFor[state.Duration]() {
		return nil
	}
	return &jsonschema.Schema{
		Type:     "string",
		Pattern:  `^([0-9]+(d|w|y)|[0-9]*\.?[0-9]+\.?(h|m|s|ms|us|µs|ns))+$`,
		Examples: []any{"24h", "90d", "10y"},
	}
}

// docLink is a link of a Go comment, [Like.This].
var docLink = regexp.MustCompile(`\[([A-Z][A-Za-z.]*)\]`)

// oneLine makes a description of a comment.
func oneLine(comment string) string {
	return docLink.ReplaceAllString(strings.Join(strings.Fields(comment), " "), "$1")
}

// property finds a property of a definition; owner "" is the file itself.
func property(s *jsonschema.Schema, owner, key string) *jsonschema.Schema {
	if owner != "" {
		s = s.Definitions[owner]
	}
	p, ok := s.Properties.Get(key)
	if !ok {
		panic("no property " + owner + "." + key)
	}
	return p
}
