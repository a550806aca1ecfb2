package manifest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Parse reads exactly one document. It is nil for a text without content
// (empty, comments, separators); a second document is an error with its line.
func Parse(text []byte) (*Node, error) {
	root, err := parse(text, 0)
	if err != nil {
		return nil, err
	}
	return root, nil
}

// Parse reads the document; nil when nothing but comments stands in it. Lines
// of nodes and problems count in the stream.
func (d Document) Parse() (*Node, error) {
	if d.once == nil {
		return d.parse()
	}
	if !d.once.holds(d.Text) {
		root, err := d.parse()
		*d.once = parsedOnce{true, d.Text, root, err}
	}
	return d.once.root, d.once.err
}

func (d Document) parse() (*Node, error) {
	root, err := parse(d.Text, max(d.Line-1, 0))
	if err != nil {
		if d.Number > 0 {
			err.On(fmt.Sprintf("document %d", d.Number))
		}
		return nil, err
	}
	return root, nil
}

// parse reads one document whose first line is line above+1 of its stream.
func parse(text []byte, above int) (*Node, *problem.Problem) {
	if len(text) > MaxDocument {
		return nil, problem.DocumentTooLarge.With(len(text), MaxDocument).At(above+1, 1)
	}
	if at := InvalidUTF8(text); at >= 0 {
		line, column := positionOf(text, at)
		return nil, problem.NotUTF8.With(at).At(above+line, column)
	}
	loader, err := yaml.NewLoader(bytes.NewReader(text))
	if err != nil {
		return nil, problem.Internal.With(err).Because(err)
	}
	var first, second yaml.Node
	switch err := loader.Load(&first); {
	case errors.Is(err, io.EOF):
		return nil, nil
	case err != nil:
		return nil, syntaxProblem(text, above, err)
	}
	switch err := loader.Load(&second); {
	case err == nil:
		return nil, problem.SecondDocument.With().At(above+second.Line, second.Column)
	case !errors.Is(err, io.EOF):
		return nil, syntaxProblem(text, above, err)
	}
	return convert(text, above, first.Content[0])
}

// syntaxProblem says where the parser stopped. Of the parser's own words only
// the fixed ones pass: those that quote the text (names of anchors, characters)
// could quote a secret.
func syntaxProblem(text []byte, above int, err error) *problem.Problem {
	var load *yaml.LoadError
	if !errors.As(err, &load) {
		return problem.NotYAML.With("it cannot be read").At(above+1, 1)
	}
	line, column := load.Mark.Line, load.Mark.Column
	if line == 0 {
		line, column = positionOf(text, load.Mark.Index)
	}
	message := load.Message
	switch {
	case load.Stage == yaml.ComposerStage && strings.HasPrefix(message, "unknown anchor"):
		message = "an alias names an anchor that does not stand before it"
	case load.Stage == yaml.ReaderStage:
		message = "it has a control character"
	case strings.Contains(message, "incompatible YAML document"):
		message = "%YAML names another version than 1.1; remove that line, which means nothing to Kubernetes"
	case strings.Contains(message, "not allowed in a YAML tag"):
		message = "a tag holds a character that tags cannot hold"
	}
	p := problem.NotYAML.With(message).At(above+line, column)
	if load.ContextMsg != "" && load.ContextMark.Line > 0 && load.ContextMark.Line != load.Mark.Line {
		p.Hint("the parser was %s that begins on line %d", load.ContextMsg, above+load.ContextMark.Line)
	}
	return p
}
