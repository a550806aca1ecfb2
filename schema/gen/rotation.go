package main

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"strings"

	"github.com/invopop/jsonschema"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const (
	module = "github.com/l5d-pki/l5d-pki-render"
	id     = "https://github.com/l5d-pki/l5d-pki-render/schema/rotation.schema.json"
)

// rotationSchema reflects the types of package state and adds what types cannot
// say. It runs in schema/, so that comments are found in ../pkg/state.
func rotationSchema() ([]byte, error) {
	r := &jsonschema.Reflector{ExpandedStruct: true, Mapper: duration}
	if err := r.AddGoComments(module+"/schema", "../pkg/state", jsonschema.WithFullComment()); err != nil {
		return nil, err
	}
	for name, comment := range r.CommentMap {
		r.CommentMap[name] = oneLine(comment)
	}
	s := r.Reflect(&state.Rotation{})
	s.ID, s.Title = id, "Rotation, the state file of l5d-pki-render"
	for _, c := range constraints {
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
