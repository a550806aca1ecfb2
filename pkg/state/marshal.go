package state

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// headComment begins a file that the tool wrote.
const headComment = `# A Linkerd PKI rotation. "spec" is yours; "status" is written by l5d-pki-render
# (start, advance, back), one reviewed commit per change of phase.
`

// Marshal writes a fresh state file in canonical order: the fields as the types
// list them, map keys sorted, certificates as block literals. Optional fields of
// spec that are absent stay absent; those of status are spelled out empty, so
// that each has its line from the start and later changes are one-line changes.
// Only retiredIssuers has none until a rotation is abandoned.
// A state that [Parse] would refuse is refused.
func Marshal(r *Rotation) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(headComment)
	b.WriteString(authored(reflect.ValueOf(*r)))
	read, err := Parse("", b.Bytes())
	if err != nil {
		return nil, err
	}
	if !read.Equal(r) {
		return nil, unwritable(nil, nil)
	}
	return b.Bytes(), nil
}

// authored is a value as YAML text at indent 0, in lines.
func authored(v reflect.Value) string {
	switch v.Kind() {
	case reflect.Pointer:
		return authored(v.Elem())
	case reflect.Struct:
		return authoredStruct(v)
	case reflect.Map:
		var b strings.Builder
		for _, key := range slices.Sorted(maps.Keys(keyed(v))) {
			b.WriteString(entryText(quoted(key), v.MapIndex(reflect.ValueOf(key))))
		}
		return b.String()
	case reflect.Slice:
		var b strings.Builder
		for i := range v.Len() {
			b.WriteString("- " + strings.TrimPrefix(indented(authored(v.Index(i))), "  "))
		}
		return b.String()
	}
	return scalarText(v) + "\n"
}

func authoredStruct(v reflect.Value) string {
	var b strings.Builder
	for f, value := range v.Fields() {
		key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case options == "" || !value.IsZero():
			b.WriteString(entryText(key, value))
		case v.Type() == reflect.TypeFor[Status]() && options == "omitempty": // a rare list has no line until it is needed
			b.WriteString(key + ": " + emptyText(f.Type) + "\n")
		}
	}
	return b.String()
}

// entryText is one key with its value: on the same line, or indented below.
func entryText(key string, v reflect.Value) string {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct, reflect.Map, reflect.Slice:
		if text := authored(v); text != "" && v.Kind() == reflect.Slice {
			return key + ":\n" + text
		} else if text != "" {
			return key + ":\n" + indented(text)
		}
		return key + ": " + emptyText(v.Type()) + "\n"
	}
	if header, body, ok := literal(v); ok {
		return key + ": " + header + "\n" + indented(body)
	}
	return key + ": " + scalarText(v) + "\n"
}

// emptyText is how nothing is spelled out.
func emptyText(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Slice:
		return "[]"
	case reflect.String:
		return `""`
	}
	return "{}"
}

func indented(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString("  " + line)
	}
	return b.String()
}

// literalForm is text that a block literal holds without any doubt: printable
// ASCII in lines, the first one not blank and not indented.
var literalForm = lazy.New(`^[!-~][ -~]*(\n[ -~]*)*\n?$`)

// literal is multi-line text as a block literal: its header and its lines.
func literal(v reflect.Value) (header, body string, ok bool) {
	if v.Kind() != reflect.String {
		return "", "", false
	}
	text := v.String()
	if !strings.Contains(text, "\n") || !literalForm.MatchString(text) || strings.HasSuffix(text, "\n\n") {
		return "", "", false
	}
	if strings.HasSuffix(text, "\n") {
		return "|", text, true
	}
	return "|-", text + "\n", true
}

func scalarText(v reflect.Value) string {
	if d, ok := v.Interface().(Duration); ok {
		return quoted(d.String())
	}
	switch v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	}
	return quoted(v.String())
}

// plainForm and plainTrap: words that need no quotes in YAML 1.1 and 1.2.
var (
	plainForm = lazy.New(`^[A-Za-z][-A-Za-z0-9_./]*$`)
	plainTrap = lazy.New(`(?i)^(y|n|yes|no|on|off|true|false|null|nan|inf)$`)
)

// quoted is text as a scalar on one line: plain where that is certain, else in
// double quotes with every odd character escaped.
func quoted(text string) string {
	if plainForm.MatchString(text) && !plainTrap.MatchString(text) {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case r == '\n':
			b.WriteString(`\n`)
		case r == ' ' || r != '\u00a0' && r != '\ufeff' && unicode.IsGraphic(r) && !unicode.Is(unicode.Zl, r) && !unicode.Is(unicode.Zp, r):
			b.WriteRune(r)
		case r > 0xffff:
			fmt.Fprintf(&b, `\U%08X`, r)
		case r > 0xff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\x%02X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// keyed gives the entries of a map with text keys.
func keyed(v reflect.Value) map[string]reflect.Value {
	entries := make(map[string]reflect.Value, v.Len())
	for it := v.MapRange(); it.Next(); {
		entries[it.Key().String()] = it.Value()
	}
	return entries
}
