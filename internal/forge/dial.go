package forge

import (
	"context"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Call runs l5d-pki-render-forge once: request in, reply out. The program ends
// with the context.
type Call func(ctx context.Context, in io.Reader, out io.Writer) error

// Dial gives the target's forge, reached through call. It makes no call itself.
// A target without a token, or of a kind that is only written for, is refused.
func Dial(t Target, call Call) (Forge, error) {
	if _, callable := variables[t.Kind]; !callable {
		return nil, problem.ForgeNoClient.With(t.Kind)
	}
	if t.Token == "" {
		return nil, noToken(t)
	}
	return &dialled{t, call}, nil
}

// dialled is a forge on the other side of a program.
type dialled struct {
	target Target
	call   Call
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
	return exchange.Ask[Answer](terms, r, func(in io.Reader, out io.Writer) error { return d.call(ctx, in, out) })
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
