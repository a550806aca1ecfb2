package survey

import (
	"bytes"
	"io"
	"unicode/utf8"

	"github.com/l5d-pki/l5d-pki-render/internal/secret"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// keys looks for private keys in any file. Only their places are reported.
func (s *Survey) keys(name string, text []byte) {
	if s.allowed(name) {
		return
	}
	places := placer{text: text, line: 1, column: 1}
	for _, f := range s.searcher.Find(text) {
		line, column := places.next(int(f.Offset))
		s.say(spot{file: name, line: line, column: column}, pki.Error, keyProblem(f), f.Form)
	}
}

// allowed reports whether a file may hold keys.
func (s *Survey) allowed(name string) bool {
	return s.allow.match(name) || s.allowFromTop.match(s.prefix+name)
}

// AddLarge looks for private keys in a file that is too large to be parsed, which
// is counted, and reports them without their lines.
func (s *Survey) AddLarge(name string, r io.Reader) error {
	s.Add(name, nil)
	if s.allowed(name) {
		return nil
	}
	found, err := s.searcher.Scan(r)
	for _, f := range found {
		s.say(spot{file: name, line: 1, column: 1}, pki.Error, keyProblem(f), f.Form)
	}
	return err
}

// AddPast looks for private keys in a file as a commit of the past brought it.
func (s *Survey) AddPast(commit, name string, text []byte) {
	if s.allowed(name) || s.toldOf(name) {
		return
	}
	for _, f := range s.searcher.Find(text) {
		if !f.Unsearched {
			s.say(spot{file: name, line: 1, column: 1}, pki.Error, problem.SurveyKeyInPast, f.Form, short(commit))
			return
		}
	}
}

func keyProblem(f secret.Finding) problem.Sentence {
	if f.Unsearched {
		return problem.SurveyUnsearched
	}
	return problem.SurveyPrivateKey
}

// toldOf: the key stands in the file as it is, and that was said.
func (s *Survey) toldOf(name string) bool {
	for _, f := range s.report.Findings {
		if f.File == name && f.Code == problem.SurveyPrivateKey.Code {
			return true
		}
	}
	return false
}

func short(commit string) string { return commit[:min(len(commit), 12)] }

// placer tells the places of bytes in a file whose offsets ascend.
type placer struct {
	text             []byte
	at, line, column int
}

func (p *placer) next(offset int) (line, column int) {
	passed := p.text[p.at:offset]
	if i := bytes.LastIndexByte(passed, '\n'); i >= 0 {
		p.line, p.column = p.line+bytes.Count(passed, []byte("\n")), 1
		passed = passed[i+1:]
	}
	p.at, p.column = offset, p.column+utf8.RuneCount(passed)
	return p.line, p.column
}
