package forge

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// echo is a forge that keeps what it was asked.
type echo struct {
	asked []any
	err   error
}

var onePull = Pull{Number: 7, Title: "t", Head: "h", Base: "b", State: "open", Labels: []string{"l"}}

func (e *echo) Name() string { return "gitea" }
func (e *echo) List(_ context.Context, q Query) ([]Pull, error) {
	e.asked = append(e.asked, q)
	return []Pull{onePull, onePull}, e.err
}
func (e *echo) Open(_ context.Context, n New) (Pull, error) {
	e.asked = append(e.asked, n)
	return onePull, e.err
}
func (e *echo) Update(_ context.Context, number int, c Change) (Pull, error) {
	e.asked = append(e.asked, number, c)
	return onePull, e.err
}
func (e *echo) Comment(_ context.Context, number int, marker, body string) error {
	e.asked = append(e.asked, number, marker, body)
	return e.err
}

// through dials e on the other side of an exchange.
func (e *echo) through(t *testing.T, token string) Forge {
	f, err := Dial(Target{Kind: "gitea", BaseURL: "https://x", Token: token}, func(_ context.Context, in io.Reader, out io.Writer) error {
		return Serve(in, out, func(got Target) (Forge, error) {
			if got.Token != token {
				t.Errorf("token %q", got.Token)
			}
			return e, nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestExchange: calls and answers arrive whole on the other side.
func TestExchange(t *testing.T) {
	e := &echo{}
	f := e.through(t, "secret")
	q, n := Query{Base: "b", HeadPrefix: "p", State: "all"}, New{Title: "t", Body: "\u2028<&>\r\n", Head: "h", Base: "b", Draft: true, Labels: []string{"l"}}
	no, text := false, ""
	c := Change{Body: &text, Draft: &no, Labels: []string{}} // an empty list is not nil
	pulls, err := f.List(t.Context(), q)
	if err != nil || !reflect.DeepEqual(pulls, []Pull{onePull, onePull}) {
		t.Errorf("%+v %v", pulls, err)
	}
	if p, err := f.Open(t.Context(), n); err != nil || !reflect.DeepEqual(p, onePull) {
		t.Errorf("%+v %v", p, err)
	}
	if p, err := f.Update(t.Context(), 7, c); err != nil || !reflect.DeepEqual(p, onePull) {
		t.Errorf("%+v %v", p, err)
	}
	if err := f.Comment(t.Context(), 7, "m", "body"); err != nil {
		t.Error(err)
	}
	want := []any{q, n, 7, c, 7, "m", "body"}
	if !reflect.DeepEqual(e.asked, want) {
		t.Errorf("\n got %+v\nwant %+v", e.asked, want)
	}
	e.err = problem.ForgeExists.With(7, "h", "b").Because(ErrExists)
	if p, err := f.Open(t.Context(), n); !errors.Is(err, ErrExists) || p.Number != 7 {
		t.Errorf("%+v %v", p, err)
	}
	e.err = problem.ForgeDenied.With("x", 401, "GET /", "no")
	if _, err := f.List(t.Context(), q); err == nil || err.Error() != e.err.Error() {
		t.Errorf("%v", err)
	}
}

// TestDialRefuses: no token, no client.
func TestDialRefuses(t *testing.T) {
	for kind, want := range map[string]problem.Code{"gitea": "forge-token", "github": "forge-token", "azure": "forge-no-client", "": "forge-no-client"} {
		_, err := Dial(Target{Kind: kind, BaseURL: "https://git.acme.example"}, nil)
		var p *problem.Problem
		if !errors.As(err, &p) || p.Code != want {
			t.Errorf("%q: %v", kind, err)
		}
		if kind == "github" && !strings.Contains(strings.Join(p.Hints, " "), "GH_ENTERPRISE_TOKEN") {
			t.Errorf("%v", p.Hints)
		}
	}
}

// TestProtocol: strangers on either side are met with a sentence.
func TestProtocol(t *testing.T) {
	for text, want := range map[string]string{"": "forge-request", "{": "forge-request", "[]": "forge-request", `{"protocol":99}`: "forge-protocol", `{"protocol":2}`: "forge-request", `{"protocol":2,"list":7}`: "forge-request"} {
		var out bytes.Buffer
		err := Serve(strings.NewReader(text), &out, func(Target) (Forge, error) { return &echo{}, nil })
		var r struct{ Problems []struct{ Code string } }
		if err != nil || json.Unmarshal(out.Bytes(), &r) != nil || len(r.Problems) != 1 || r.Problems[0].Code != want {
			t.Errorf("%q: %v %s", text, err, out.String())
		}
	}
	for _, text := range []string{"", "junk", `{"protocol":1,"answer":{}}`, `{"protocol":2}`, `{"protocol":2,"answer":{"pulls":[]}}`} {
		f, _ := Dial(Target{Kind: "gitea", Token: "t"}, func(_ context.Context, _ io.Reader, out io.Writer) error {
			_, err := io.WriteString(out, text)
			return err
		})
		_, err := f.Open(t.Context(), New{})
		var p *problem.Problem
		if !errors.As(err, &p) || p.Code != "forge-protocol" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestOneRun: the program runs once for all requests of a command; one that ended
// well is started again, and one that failed says why, for good.
func TestOneRun(t *testing.T) {
	runs, failed := 0, errors.New("stopped")
	var fails atomic.Bool
	requests := 100
	f, err := Dial(Target{Kind: "gitea", Token: "t"}, func(_ context.Context, in io.Reader, out io.Writer) error {
		runs++
		lines := bufio.NewScanner(in)
		for range requests {
			if !lines.Scan() {
				break
			}
			if err := Serve(strings.NewReader(lines.Text()), out, func(Target) (Forge, error) { return &echo{}, nil }); err != nil {
				return err
			}
		}
		if fails.Load() {
			return failed
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(n int) (err error) {
		for range n {
			if _, err = f.List(t.Context(), Query{}); err != nil {
				return err
			}
		}
		return nil
	}
	end := func() { _ = f.(io.Closer).Close() }
	if err := ask(20); err != nil || runs != 1 {
		t.Errorf("20 requests: %v, %d runs", err, runs)
	}
	end()
	if err := ask(1); err != nil || runs != 2 {
		t.Errorf("after it was closed: %v, %d runs", err, runs)
	}
	fails.Store(true)
	end()
	if err := ask(1); !errors.Is(err, failed) || runs != 2 {
		t.Errorf("after it failed: %v, %d runs", err, runs)
	}
}
