package forge

import (
	"context"
	"errors"
	"io"

	"github.com/l5d-pki/l5d-pki-render/internal/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Protocol grows when the meaning of a field of [Request] or [Answer] changes.
const Protocol = 2

var terms = exchange.Terms{Protocol: Protocol, Mismatch: problem.ForgeProtocol, Unreadable: problem.ForgeRequest}

// Request is one call of a [Forge], for l5d-pki-render-forge. Of List, Open,
// Update and Comment one is set.
type Request struct {
	Protocol int             `json:"protocol"`
	Target   Target          `json:"target"`
	List     *Query          `json:"list,omitempty"`
	Open     *New            `json:"open,omitempty"`
	Update   *UpdateRequest  `json:"update,omitempty"`
	Comment  *CommentRequest `json:"comment,omitempty"`
}

// UpdateRequest is what Update takes.
type UpdateRequest struct {
	Number int    `json:"number"`
	Change Change `json:"change"`
}

// CommentRequest is what Comment takes.
type CommentRequest struct {
	Number int    `json:"number"`
	Marker string `json:"marker"`
	Body   string `json:"body"`
}

// Answer is what the call gave: many pulls, one, or none.
type Answer struct {
	Pulls []Pull `json:"pulls,omitempty"`
	// Exists: Open found its pull open already.
	Exists bool `json:"exists,omitempty"`
}

// Serve answers requests with what dial reaches, until there are no more.
func Serve(in io.Reader, out io.Writer, dial func(Target) (Forge, error)) error {
	return exchange.Serve(terms, in, out, func(r Request) (Answer, error) {
		f, err := dial(r.Target)
		if err != nil {
			return Answer{}, err
		}
		return answer(context.Background(), f, r)
	})
}

func answer(ctx context.Context, f Forge, r Request) (a Answer, err error) {
	var p Pull
	switch {
	case r.List != nil:
		a.Pulls, err = f.List(ctx, *r.List)
		return a, err
	case r.Open != nil:
		p, err = f.Open(ctx, *r.Open)
		if errors.Is(err, ErrExists) {
			a.Exists, err = true, nil
		}
	case r.Update != nil:
		p, err = f.Update(ctx, r.Update.Number, r.Update.Change)
	case r.Comment != nil:
		return a, f.Comment(ctx, r.Comment.Number, r.Comment.Marker, r.Comment.Body)
	default:
		return a, problem.ForgeRequest.With()
	}
	a.Pulls = []Pull{p}
	return a, err
}
