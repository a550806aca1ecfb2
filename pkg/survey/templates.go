package survey

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
)

// action is what a Go template fills in or decides.
var action = lazy.New(`(?s)\{\{.*?\}\}`)

// isTemplateName: helmfile renders these before it reads them.
func isTemplateName(name string) bool {
	return strings.HasSuffix(name, ".yaml.gotmpl") || strings.HasSuffix(name, ".yml.gotmpl")
}

// withoutActions makes a text of YAML that its templates keep from being parsed:
// a line with nothing else becomes blank, and what fills in a value a placeholder
// of the same width, so that every place stays.
func withoutActions(text []byte) []byte {
	return action.Regexp().ReplaceAllFunc(blankActions(text), func(found []byte) []byte {
		if bytes.ContainsRune(found, '\n') || len(found) < 4 {
			return found
		}
		return []byte("${" + strings.Repeat("_", len(found)-3) + "}")
	})
}

func blankActions(text []byte) []byte {
	var out bytes.Buffer
	for line := range bytes.Lines(text) {
		if rest := bytes.TrimSpace(line); bytes.HasPrefix(rest, []byte("{{")) &&
			len(bytes.TrimSpace(action.Regexp().ReplaceAll(rest, nil))) == 0 {
			out.WriteString(strings.Repeat(" ", len(bytes.TrimRight(line, "\r\n"))))
			out.WriteByte('\n')
			continue
		}
		out.Write(line)
	}
	return out.Bytes()
}

// template looks through a helmfile or values whose templates keep them from being
// parsed; false where they still do, or for an object of Kubernetes, of which
// a template leaves too much open.
func (f *file) template(d manifest.Document) bool {
	if !mentionsValues(d.Text) {
		return false
	}
	root, err := manifest.Parse(withoutActions(d.Text))
	if err != nil || root.Kind() != manifest.Mapping || root.Head().Kind != "" {
		return false
	}
	whole := &file{survey: f.survey, name: f.name, text: f.text, above: d.Line - 1}
	f.survey.valuesFile(cursor{file: whole, node: root, near: root})
	return true
}
