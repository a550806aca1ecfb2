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
	for _, f := range s.searcher.Find(text) {
		s.say(placeIn(name, text, int(f.Offset)), pki.Error, keyProblem(f), f.Form)
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

// placeIn is the place of a byte in a file.
func placeIn(name string, text []byte, offset int) spot {
	line := bytes.Count(text[:offset], []byte("\n")) + 1
	begin := bytes.LastIndexByte(text[:offset], '\n') + 1
	return spot{file: name, line: line, column: utf8.RuneCount(text[begin:offset]) + 1}
}
