package forge

import (
	"context"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Call runs l5d-pki-render-forge: requests in, a reply for each out, until there are
// no more. The program ends with the context.
type Call func(ctx context.Context, in io.Reader, out io.Writer) error

// Dial returns the target's forge, reached through call, which is called once for all
// requests, with the first. Close ends it.
// A target without a token, or of a kind that is only written for, is refused.
func Dial(t Target, call Call) (Forge, error) {
	if _, callable := variables[t.Kind]; !callable {
		return nil, problem.ForgeNoClient.With(t.Kind)
	}
	if t.Token == "" {
		return nil, noToken(t)
	}
	return &dialled{target: t, call: call}, nil
}

// dialled is a forge on the other side of a program.
type dialled struct {
	target  Target
	call    Call
	session *session // nil before the first request
}

func (d *dialled) Name() string { return d.target.Kind }

func (d *dialled) List(ctx context.Context, q Query) ([]Pull, error) {
	a, err := d.ask(ctx, Request{List: &q})
	return a.Pulls, err
}

func (d *dialled) Open(ctx context.Context, n New) (Pull, error) {
	p, exists, err := d.one(ctx, Request{Open: &n})
	if err == nil && exists {
		err = problem.ForgeExists.With(p.Number, n.Head, n.Base).Because(ErrExists)
	}
	return p, err
}

func (d *dialled) Update(ctx context.Context, number int, c Change) (Pull, error) {
	p, _, err := d.one(ctx, Request{Update: &UpdateRequest{number, c}})
	return p, err
}

func (d *dialled) Comment(ctx context.Context, number int, marker, body string) error {
	_, err := d.ask(ctx, Request{Comment: &CommentRequest{number, marker, body}})
	return err
}

// one is ask where one pull is due.
func (d *dialled) one(ctx context.Context, r Request) (Pull, bool, error) {
	a, err := d.ask(ctx, r)
	if err != nil {
		return Pull{}, false, err
	}
	if len(a.Pulls) != 1 {
		return Pull{}, false, problem.ForgeProtocol.With(Protocol, Protocol)
	}
	return a.Pulls[0], a.Exists, nil
}

func (d *dialled) ask(ctx context.Context, r Request) (Answer, error) {
	r.Protocol, r.Target = Protocol, d.target
	if d.session != nil && d.session.over() && d.session.err != nil {
		return Answer{}, d.session.err // a signal came meanwhile, before all
	}
	if d.session == nil || d.session.over() {
		var err error
		if d.session, err = begin(ctx, d.call); err != nil {
			return Answer{}, problem.ForgeProgram.With("l5d-pki-render-forge", err).Because(err)
		}
	}
	return exchange.Ask[Answer](terms, r, d.session.roundTrip)
}

// Close ends the program, if it runs.
func (d *dialled) Close() error {
	if d.session != nil {
		d.session.close()
	}
	return nil
}

// noToken says which variables were looked at.
func noToken(t Target) error {
	p := problem.ForgeToken.With(hostOf(t.BaseURL))
	for _, name := range t.variables(true) {
		if name != anyForge {
			p.Hint("or set %s", name)
		}
	}
	return p
}
