package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Update is original with only those fields changed in which next differs:
// comments, order, styles and every other byte stay. Items of lists are matched
// by name, the log is appended to. Both sides must be valid. The result is read
// back and must say exactly what next says. A log in its old form is migrated
// (see [ParseLegacy]).
func Update(original []byte, next *Rotation) ([]byte, error) {
	now, old, problems := read(original, true)
	if len(problems) > 0 {
		return nil, problems.Err()
	}
	if err := next.Validate(); err != nil {
		return nil, err
	}
	if now.Equal(next) && len(old) == 0 {
		return original, nil
	}
	u := &updater{text: original}
	if err := u.migrate(old); err != nil {
		return nil, err
	}
	if err := u.fields(nil, reflect.ValueOf(*now), reflect.ValueOf(*next.Clone())); err != nil {
		return nil, err
	}
	written, err := Parse("", u.text)
	if err != nil {
		return nil, unwritable(nil, err)
	}
	if !written.Equal(next) {
		return nil, unwritable(nil, nil)
	}
	return u.text, nil
}

func unwritable(at manifest.Path, cause error) *problem.Problem {
	return problem.StateUpdate.With().On(at.String()).Because(cause)
}

// updater applies one edit after the other to the text.
type updater struct{ text []byte }

func (u *updater) edit(edits ...manifest.Edit) error {
	for _, e := range edits {
		text, err := manifest.Splice(u.text, e)
		if err != nil {
			return unwritable(e.Path(), err)
		}
		u.text = text
	}
	return nil
}

// has reports whether a key stands in the text, even with an empty value.
func (u *updater) has(at manifest.Path) bool {
	root, err := manifest.Parse(u.text)
	return err == nil && root.Lookup(at) != nil
}

// fields changes the fields of a struct that differ.
func (u *updater) fields(p manifest.Path, now, next reflect.Value) error {
	for i := range now.NumField() {
		key, options, _ := strings.Cut(now.Type().Field(i).Tag.Get("json"), ",")
		at := p.With(key)
		if err := u.field(at, now.Field(i), next.Field(i), options == ""); err != nil {
			return err
		}
	}
	return nil
}

// field changes one field. A field of status that becomes empty keeps its line,
// so that it comes back in its place; elsewhere it goes.
func (u *updater) field(at manifest.Path, now, next reflect.Value, required bool) error {
	switch {
	case reflect.DeepEqual(now.Interface(), next.Interface()):
		return nil
	case !next.IsZero() || required:
		return u.value(at, now, next)
	case len(at) == 2 && slices.Equal(at[:1], manifest.At("status")):
		return u.edit(manifest.Insert(at, []byte(emptyText(next.Type())+"\n")))
	}
	return u.edit(manifest.Delete(at))
}

// value changes a value into one that is not absent. Where the parts of a list
// or a mapping cannot be edited one by one (an unusual layout), it is written
// anew as a whole; spec and status themselves never are.
func (u *updater) value(at manifest.Path, now, next reflect.Value) error {
	switch next.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice, reflect.Pointer:
	default:
		return u.scalar(at, next)
	}
	if !empty(now) {
		if err := u.parts(at, now, next); err == nil || len(at) < 2 {
			return err
		}
	}
	return u.insert(at, next)
}

func empty(v reflect.Value) bool {
	return v.IsZero() || v.Kind() == reflect.Map && v.Len() == 0 || v.Kind() == reflect.Slice && v.Len() == 0
}

// parts changes a list or a mapping from the inside; neither side is empty.
func (u *updater) parts(at manifest.Path, now, next reflect.Value) error {
	switch next.Kind() {
	case reflect.Pointer:
		return u.parts(at, now.Elem(), next.Elem())
	case reflect.Map:
		return u.entries(at, now, next)
	case reflect.Slice:
		return u.items(at, now, next)
	}
	return u.fields(at, now, next)
}

func (u *updater) scalar(at manifest.Path, next reflect.Value) error {
	text := fmt.Sprint(next.Interface())
	switch {
	case next.Kind() == reflect.String || next.Type() == reflect.TypeFor[Duration]():
		return u.edit(manifest.Put(at, text))
	case u.has(at):
		return u.edit(manifest.Set(at, text))
	}
	return u.edit(manifest.Insert(at, []byte(text+"\n")))
}

func (u *updater) insert(at manifest.Path, next reflect.Value) error {
	return u.author(next, func(text []byte) manifest.Edit { return manifest.Insert(at, text) })
}

// author writes a whole value: in block style or, inside of brackets, as JSON,
// which is YAML on one line.
func (u *updater) author(v reflect.Value, edit func(text []byte) manifest.Edit) error {
	err := u.edit(edit([]byte(authored(v))))
	if err == nil {
		return nil
	}
	var flow bytes.Buffer
	enc := json.NewEncoder(&flow)
	enc.SetEscapeHTML(false)
	if enc.Encode(v.Interface()) != nil || u.edit(edit(flow.Bytes())) != nil {
		return err
	}
	return nil
}

// entries changes a map: entries go, change, and come in the order of their keys.
func (u *updater) entries(at manifest.Path, now, next reflect.Value) error {
	before, after := keyed(now), keyed(next)
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, kept := after[key]; !kept {
			if err := u.edit(manifest.Delete(at.With(key))); err != nil {
				return err
			}
		}
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		was, ok := before[key]
		if !ok {
			was = reflect.Zero(after[key].Type())
		}
		if ok && reflect.DeepEqual(was.Interface(), after[key].Interface()) {
			continue
		}
		if err := u.value(at.With(key), was, after[key]); err != nil {
			return err
		}
	}
	return nil
}

// items changes a list: the items that next begins with, in the order in which
// they stand, are changed in place; the others go, and the rest of next is
// appended.
func (u *updater) items(at manifest.Path, now, next reflect.Value) error {
	kept := keptItems(now, next)
	if len(kept) == 0 {
		return u.insert(at, next)
	}
	for j, i := range kept {
		if err := u.item(at.With(i), now.Index(i), next.Index(j)); err != nil {
			return err
		}
	}
	for i := now.Len() - 1; i >= 0; i-- {
		if !slices.Contains(kept, i) {
			if err := u.edit(manifest.Delete(at.With(i))); err != nil {
				return err
			}
		}
	}
	for j := len(kept); j < next.Len(); j++ {
		if err := u.author(next.Index(j), func(text []byte) manifest.Edit { return manifest.Append(at, text) }); err != nil {
			return err
		}
	}
	return nil
}

// item changes one item in place; items that are texts are the same already.
func (u *updater) item(at manifest.Path, now, next reflect.Value) error {
	if reflect.DeepEqual(now.Interface(), next.Interface()) {
		return nil
	}
	return u.fields(at, now, next)
}

// keptItems gives, for the items that next begins with, their indices in now:
// as far as they stand there in the same order.
func keptItems(now, next reflect.Value) []int {
	var kept []int
	from := 0
	for j := range next.Len() {
		i := from
		for i < now.Len() && identity(now.Index(i)) != identity(next.Index(j)) {
			i++
		}
		if i == now.Len() {
			break
		}
		kept = append(kept, i)
		from = i + 1
	}
	return kept
}

// identity is what makes an item of a list the same item in another state.
func identity(v reflect.Value) string {
	switch item := v.Interface().(type) {
	case Anchor:
		return item.Name
	case Issuer:
		return item.Name
	case RetiredIssuer:
		return item.Name
	case Link:
		return item.Name
	case Output:
		return item.Kind + " " + item.Path
	case LogEntry:
		return item.Digest()
	}
	return v.String()
}
