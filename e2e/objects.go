package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// Objects are the objects of one render by "Kind namespace/name" (or "Kind name"
// where no namespace stands), each as JSON decodes it. Order, comments, styles
// and the split into documents are gone; members of a List stand for themselves.
type Objects map[string]any

// ParseObjects reads a stream of YAML or JSON manifests. No object at all, an
// object without kind or name, and one that is there twice fail the test.
func ParseObjects(t testing.TB, stream []byte) Objects {
	t.Helper()
	objects := Objects{}
	for i, text := range documents(stream) {
		var object map[string]any
		if err := yaml.UnmarshalStrict([]byte(text), &object); err != nil {
			t.Fatalf("document %d is no YAML mapping: %v", i+1, err)
		}
		if err := objects.add(object); err != nil {
			t.Fatalf("document %d: %v", i+1, err)
		}
	}
	if len(objects) == 0 {
		t.Fatalf("no object in a stream of %d bytes", len(stream))
	}
	return objects
}

// documents splits where a line begins with "---", as kubectl does. Documents of
// blank lines and comments fall out.
func documents(stream []byte) []string {
	var all []string
	var current strings.Builder
	holds := false
	end := func() {
		if holds {
			all = append(all, current.String())
		}
		current.Reset()
		holds = false
	}
	for line := range strings.Lines(string(stream)) {
		if strings.HasPrefix(line, "---") {
			end()
			continue
		}
		current.WriteString(line)
		bare := strings.TrimSpace(line)
		holds = holds || bare != "" && bare[0] != '#'
	}
	end()
	return all
}

func (o Objects) add(object map[string]any) error {
	kind, _ := object["kind"].(string)
	if items, ok := object["items"].([]any); ok && strings.HasSuffix(kind, "List") {
		for _, item := range items {
			member, _ := item.(map[string]any)
			if err := o.add(member); err != nil {
				return err
			}
		}
		return nil
	}
	metadata, _ := object["metadata"].(map[string]any)
	name, _ := metadata["name"].(string)
	if kind == "" || name == "" {
		return fmt.Errorf("an object without kind or name (%q, %q)", kind, name)
	}
	key := kind + " " + name
	if namespace, _ := metadata["namespace"].(string); namespace != "" {
		key = kind + " " + namespace + "/" + name
	}
	if _, twice := o[key]; twice {
		return fmt.Errorf("%s is there twice", key)
	}
	o[key] = object
	return nil
}

// Without gives the objects but those of the kinds.
func (o Objects) Without(kinds ...string) Objects {
	kept := Objects{}
	for key, object := range o {
		kind, _, _ := strings.Cut(key, " ")
		if !slices.Contains(kinds, kind) {
			kept[key] = object
		}
	}
	return kept
}

// Names are the keys in order.
func (o Objects) Names() []string { return slices.Sorted(maps.Keys(o)) }

// SameObjects fails the test unless both hold the same objects with the same
// content. It names objects and fields; of their values it shows short ones only.
func SameObjects(t testing.TB, what string, got, want Objects) {
	t.Helper()
	for _, difference := range DiffObjects(got, want) {
		t.Errorf("%s: %s", what, difference)
	}
}

// DiffObjects names what differs, in order: nothing for the same objects.
func DiffObjects(got, want Objects) []string {
	var all []string
	for _, key := range want.Names() {
		if _, there := got[key]; !there {
			all = append(all, key+" is missing")
		}
	}
	for _, key := range got.Names() {
		wanted, there := want[key]
		if !there {
			all = append(all, key+" should not be there")
			continue
		}
		for _, place := range differences("", got[key], wanted) {
			all = append(all, key+": "+place)
		}
	}
	return all
}

// differences names the fields in which two values differ.
func differences(path string, got, want any) []string {
	gotMap, isMap := got.(map[string]any)
	wantMap, both := want.(map[string]any)
	if isMap && both {
		keys := map[string]bool{}
		for key := range gotMap {
			keys[key] = true
		}
		for key := range wantMap {
			keys[key] = true
		}
		var all []string
		for _, key := range slices.Sorted(maps.Keys(keys)) {
			all = append(all, differences(path+"."+key, gotMap[key], wantMap[key])...)
		}
		return all
	}
	gotList, isList := got.([]any)
	wantList, both := want.([]any)
	if isList && both && len(gotList) == len(wantList) {
		var all []string
		for i := range gotList {
			all = append(all, differences(fmt.Sprintf("%s[%d]", path, i), gotList[i], wantList[i])...)
		}
		return all
	}
	if reflect.DeepEqual(got, want) {
		return nil
	}
	return []string{fmt.Sprintf("%s is %s, want %s", path, short(got), short(want))}
}

// short shows a value of at most 60 bytes on one line; of others their size only,
// so that no PEM body reaches a log.
func short(value any) string {
	text, err := json.Marshal(value)
	if err != nil || len(text) > 60 {
		return fmt.Sprintf("a value of %d bytes", len(text))
	}
	return string(text)
}
