// Package exchange is how l5d-pki-render and a program that links heavy
// libraries talk: requests as JSON on stdin, a reply as JSON for each on stdout. It
// links none of those libraries, so the program that every post-render starts
// stays small. Stdin is seen by nobody, arguments are: secrets go this way.
//
//	answer, err := exchange.Ask[Answer](terms, request, func(in io.Reader, out io.Writer) error { … })
//
// A request has a field "protocol". A reply of another protocol, an unreadable
// reply and one with neither answer nor problems are errors.
package exchange

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Terms are what both sides must agree on, and how they say that they do not.
type Terms struct {
	// Protocol grows when the meaning of a field changes.
	Protocol int
	// Mismatch takes the protocol that was met and the one expected.
	Mismatch problem.Sentence
	// Unreadable takes nothing: there was no request.
	Unreadable problem.Sentence
}

// reply is an answer or the reasons why there is none.
type reply[A any] struct {
	Protocol int            `json:"protocol"`
	Answer   *A             `json:"answer,omitempty"`
	Problems []plainProblem `json:"problems,omitempty"`
}

// plainProblem is a problem without its cause, which stays where it was met.
type plainProblem struct {
	Code  problem.Code `json:"code"`
	File  string       `json:"file,omitempty"`
	Path  string       `json:"path,omitempty"`
	Text  string       `json:"text"`
	Hints []string     `json:"hints,omitempty"`
}

// Ask sends the request through call and reads the reply. The error of call
// counts only if there is no reply.
func Ask[A any](t Terms, request any, call func(in io.Reader, out io.Writer) error) (A, error) {
	var none A
	question, err := json.Marshal(request)
	if err != nil {
		return none, err
	}
	var out bytes.Buffer
	callErr := call(bytes.NewReader(question), &out)
	var r reply[A]
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || r.Protocol != t.Protocol {
		if callErr == nil {
			callErr = t.Mismatch.With(r.Protocol, t.Protocol)
		}
		return none, callErr
	}
	if len(r.Problems) > 0 {
		var problems problem.List
		for _, p := range r.Problems {
			problems.Add(&problem.Problem{Code: p.Code, File: p.File, Path: p.Path, Text: p.Text, Hints: p.Hints})
		}
		return none, problems.Err()
	}
	if r.Answer == nil {
		return none, t.Mismatch.With(r.Protocol, t.Protocol)
	}
	return *r.Answer, nil
}

// Serve answers requests until there are no more, and one at least. What is no
// request is the last one.
func Serve[Q, A any](t Terms, in io.Reader, out io.Writer, answer func(Q) (A, error)) error {
	requests, replies := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var text json.RawMessage
		unread := requests.Decode(&text)
		if err := replies.Encode(respond(t, text, answer)); err != nil || unread != nil || !requests.More() {
			return err
		}
	}
}

// respond is the reply to one request; an empty text is no request.
func respond[Q, A any](t Terms, text json.RawMessage, answer func(Q) (A, error)) reply[A] {
	r := reply[A]{Protocol: t.Protocol}
	request, err := read[Q](t, text)
	if err == nil {
		var a A
		if a, err = answer(request); err == nil {
			r.Answer = &a
		}
	}
	for _, p := range problem.Of(err) {
		r.Problems = append(r.Problems, plainProblem{p.Code, p.File, p.Path, p.Text, p.Hints})
	}
	return r
}

func read[Q any](t Terms, text json.RawMessage) (request Q, err error) {
	var head struct {
		Protocol int `json:"protocol"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return request, t.Unreadable.With()
	}
	if head.Protocol != t.Protocol {
		return request, t.Mismatch.With(head.Protocol, t.Protocol)
	}
	if err := json.Unmarshal(text, &request); err != nil {
		return request, t.Unreadable.With()
	}
	return request, nil
}
