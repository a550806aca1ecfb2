package render

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// stamping is the stamp of one workload: where its object stands in the
// document, and what it shall carry.
//
// Writing can be undone to the byte, since what stood there shows in what stands there now:
//
//	before                     | after
//	---------------------------|-----------------------------------------------
//	annotations with entries   | one more entry
//	annotations is missing     | annotations: and the entry, two lines (in brackets: {k: v})
//	annotations: {}, null, …   | annotations: { "k": "v" }, the number of blanks
//	                           | before the bracket tells which; likewise metadata
type stamping struct {
	at    manifest.Path // of the object in its document
	kind  string
	value string // empty: the stamp goes
	depth int    // as [hollow] gives it
}

// apply writes the stamp into a document, or takes it out.
func (s stamping) apply(text []byte) ([]byte, error) {
	if s.value == "" {
		return s.erase(text)
	}
	return s.write(text)
}

// hollows are the ways to write nothing, with the blank before. A stamp that
// takes such a place is written with as many blanks before its last bracket as
// the row's number (from 0).
var hollows = []string{"", " {}", " null", " ~", "{}", "null", " { }", "{ }", "  {}", " Null", " NULL", " "}

// metadataSteps lead from the pod template to the stamp.
var metadataSteps = []any{"metadata", "annotations", StampHint}

func (s stamping) path(n int) manifest.Path {
	return s.at.With(workloadTemplate[s.kind]...).With(metadataSteps[:n]...)
}

// hollow is how many steps below a pod template an empty mapping or a null
// stands on the way to the stamp; 0 when none does.
func hollow(template *manifest.Node) int {
	for n := 1; n < len(metadataSteps); n++ {
		node := template.Lookup(manifest.At(metadataSteps[:n]...))
		if node != nil && (node.IsNull() || node.Kind() == manifest.Mapping && node.Len() == 0) {
			return n
		}
	}
	return 0
}

// spelled is the stamp as the value of a hollow place, with the row of hollows.
func (s stamping) spelled(depth, row int) string {
	inner := `"` + StampHint + `": "` + s.value + `"`
	for n := len(metadataSteps) - 2; n >= depth; n-- {
		inner = `"` + metadataSteps[n].(string) + `": {` + inner + `}`
	}
	return "{ " + inner + strings.Repeat(" ", row) + "}"
}

// write puts the stamp into a document.
func (s stamping) write(text []byte) ([]byte, error) {
	depth := s.depth
	if depth == 0 {
		return manifest.Splice(text, manifest.Put(s.path(len(metadataSteps)), s.value))
	}
	fill := func(row int) ([]byte, error) {
		return manifest.Splice(text, manifest.Insert(s.path(depth), []byte(s.spelled(depth, row))))
	}
	first, err := fill(0)
	if err != nil {
		return nil, err
	}
	inserted := []byte(" " + s.spelled(depth, 0))
	for row, source := range hollows {
		if takes(text, first, inserted, source) {
			return fill(row)
		}
	}
	return nil, problem.WorkloadsHollow.With().On(s.path(depth).String())
}

// takes reports whether out is text with inserted in the place of source.
func takes(text, out, inserted []byte, source string) bool {
	if len(out)-len(text) != len(inserted)-len(source) {
		return false
	}
	for from := 0; ; {
		i := bytes.Index(out[from:], inserted)
		if i < 0 {
			return false
		}
		i += from
		rest := i + len(source)
		if bytes.Equal(text[:i], out[:i]) && string(text[i:rest]) == source && bytes.Equal(text[rest:], out[i+len(inserted):]) {
			return true
		}
		from = i + 1
	}
}

// erase takes the stamp out of a document. The result is the text to which
// writing the stamp gives back the present one; where a person has changed the
// place since, the entry goes, and with it what it leaves empty.
func (s stamping) erase(text []byte) ([]byte, error) {
	root, err := manifest.Parse(text)
	if err != nil {
		return nil, err
	}
	s.value = root.Lookup(s.path(len(metadataSteps))).Value()
	for _, candidate := range s.filled(text) {
		if s.gives(candidate, text) {
			return candidate, nil
		}
	}
	var first []byte
	var failed error
	for n := s.lonely(root); n <= len(metadataSteps); n++ {
		candidate, err := manifest.Splice(text, manifest.Delete(s.path(n)))
		if err != nil {
			failed = err
			continue
		}
		for _, c := range [][]byte{candidate, withoutBreak(candidate)} {
			if s.gives(c, text) {
				return c, nil
			}
		}
		if first == nil {
			first = candidate
		}
	}
	if first == nil {
		return nil, failed
	}
	return first, nil
}

// filled are the texts in which a hollow place might have been filled.
func (s stamping) filled(text []byte) (candidates [][]byte) {
	for depth := 1; depth < len(metadataSteps); depth++ {
		for row, source := range hollows {
			inserted := []byte(" " + s.spelled(depth, row))
			for from := 0; ; {
				i := bytes.Index(text[from:], inserted)
				if i < 0 {
					break
				}
				i += from
				candidate := append(append(bytes.Clone(text[:i]), source...), text[i+len(inserted):]...)
				candidates = append(candidates, candidate)
				from = i + 1
			}
		}
	}
	return candidates
}

// gives reports whether writing the stamp into candidate gives text.
func (s stamping) gives(candidate, text []byte) bool {
	root, err := manifest.Parse(candidate)
	if err != nil || root.Lookup(s.path(len(metadataSteps))) != nil {
		return false
	}
	s.depth = hollow(root.Lookup(s.path(0)))
	out, err := s.write(candidate)
	return err == nil && bytes.Equal(out, text)
}

// lonely is how many steps below the template the outermost mapping stands
// that holds nothing but the stamp.
func (s stamping) lonely(root *manifest.Node) int {
	n := len(metadataSteps)
	for n > 1 && root.Lookup(s.path(n-1)).Len() == 1 {
		n--
	}
	return n
}

// withoutBreak is text without its last line break: a stamp behind a last line
// that had none brought one along.
func withoutBreak(text []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
}
