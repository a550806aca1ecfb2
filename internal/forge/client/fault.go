package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// fault is a call that did not succeed.
type fault struct {
	method, path string
	// status of the answer; 0 when there was none.
	status int
	// message is the forge's own, fit to be shown.
	message string
	header  http.Header
	// cause is why there was no answer.
	cause error
	// odd is what makes the answer none of a forge.
	odd error
	// after is how long the forge wants to be left alone, as far as it said so.
	after time.Duration
	// lost: it may have been carried out all the same.
	lost bool
}

func (f *fault) Error() string {
	switch {
	case f.odd != nil:
		return fmt.Sprintf("%s: %v", f.call(), f.odd)
	case f.status == 0:
		return fmt.Sprintf("%s: %v", f.call(), f.cause)
	}
	return fmt.Sprintf("%s: %d: %s", f.call(), f.status, f.message)
}

func (f *fault) Unwrap() error { return f.cause }

func (f *fault) call() string { return f.method + " " + f.path }

// asFault finds the fault in what a library made of it.
func asFault(err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	return nil
}

func isLost(err error) bool {
	f := asFault(err)
	return f != nil && f.lost
}

// isRefusal: the forge understood the call and will not do it.
func isRefusal(err error) bool {
	f := asFault(err)
	return f != nil && (f.status == http.StatusConflict || f.status == http.StatusUnprocessableEntity || f.status == http.StatusBadRequest)
}

// explain is err as a problem that names the forge's host.
func explain(host string, err error) error {
	if err == nil {
		return nil
	}
	var known *problem.Problem
	if errors.As(err, &known) {
		return known
	}
	f := asFault(err)
	if f == nil { // a library could not read the answer
		return problem.ForgeAnswer.With(host, "a call", unreadable(err)).Because(err)
	}
	switch {
	case f.odd != nil:
		return problem.ForgeAnswer.With(host, f.call(), f.odd)
	case f.lost:
		return problem.ForgeLost.With(host, f.call(), f.reason())
	case f.status == 0 || f.status >= 500:
		return problem.ForgeUnreachable.With(host, f.call(), f.reason()).Because(f.cause)
	case f.limited():
		return problem.ForgeRate.With(host, f.status, f.call(), f.after.Round(time.Second))
	case f.status == http.StatusUnauthorized || f.status == http.StatusForbidden:
		return problem.ForgeDenied.With(host, f.status, f.call(), f.message)
	case f.status == http.StatusNotFound:
		return problem.ForgeNotFound.With(host, f.call())
	}
	return problem.ForgeRefused.With(host, f.status, f.call(), f.message)
}

func (f *fault) reason() string {
	if f.status != 0 {
		return fmt.Sprintf("it answered %d", f.status)
	}
	if errors.Is(f.cause, context.DeadlineExceeded) {
		return "it took too long"
	}
	return f.cause.Error()
}

// unreadable names what is wrong with an answer, without its text.
func unreadable(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	var address *url.Error
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is no JSON (byte %d)", syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Sprintf("%q holds a %s", kind.Field, kind.Value)
	case errors.As(err, &address):
		return "the call could not be made"
	}
	return "it is not whole"
}

// maxMessage is how much of a forge's own words is passed on, in characters.
const maxMessage = 300

var (
	tags     = lazy.New(`(?s)<(script|style).*?</(script|style)>|<[^>]*>`)
	pemBlock = lazy.New(`(?s)-----BEGIN.*?(-----END [A-Z0-9 ]*-----|$)`)
)

// message is what the body of a refusal says.
func (t *transport) message(body []byte) string {
	text := string(body)
	var parsed any
	if json.Unmarshal(body, &parsed) == nil {
		text = strings.Join(words(parsed), ": ")
	} else {
		text = tags.ReplaceAllString(text, " ")
	}
	return clean(text, t.token)
}

// clean makes the forge's own words fit to be shown: one line, no control
// characters, no PEM block, and no token, which some servers repeat.
func clean(text, token string) string {
	text = pemBlock.ReplaceAllString(text, "(PEM)")
	if token != "" {
		for _, form := range []string{token, url.QueryEscape(token), url.PathEscape(token)} {
			text = strings.ReplaceAll(text, form, "(token)")
		}
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return ' '
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	if runes := []rune(text); len(runes) > maxMessage {
		text = string(runes[:maxMessage]) + " …"
	}
	if text == "" {
		return "it gave no reason"
	}
	return text
}

// words are what the JSON of an error says: GitHub has message, and errors[] with
// message or else field and code; GitLab message (a text or a list) or error;
// Gitea message.
func words(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, words(one)...)
		}
		return all
	case map[string]any:
		var all []string
		for _, key := range []string{"message", "error_description", "error", "errors", "base"} {
			all = append(all, words(v[key])...)
		}
		if len(all) == 0 {
			all = append(words(v["field"]), words(v["code"])...)
		}
		return all
	}
	return nil
}
