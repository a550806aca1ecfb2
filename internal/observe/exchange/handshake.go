package exchange

import (
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Handshake asks whether a peer, with a leaf that is thrown away, shakes hands with
// another of the same bundle and chain. All are PEM.
type Handshake struct {
	Bundle string    `json:"bundle"`
	Chain  string    `json:"chain"`
	Key    string    `json:"key"`
	At     time.Time `json:"at"`
}

// Shaken is how a handshake ended: why a side refused, or "".
type Shaken struct {
	Refused string `json:"refused,omitempty"`
}

// AskHandshake has the program make a handshake of the peer.
func AskHandshake(p *pki.Peer, at time.Time, call func(in io.Reader, out io.Writer) error) (Shaken, error) {
	answer, err := Ask(Request{Handshake: &Handshake{string(p.Bundle.Marshal()), string(p.Chain.Marshal()), string(p.Key.PEM()), at}}, call)
	if err == nil && answer.Handshake == nil { // a program of before there were any
		err = problem.ObserveProtocol.With(terms.Protocol-1, terms.Protocol)
	}
	if err != nil {
		return Shaken{}, err
	}
	return *answer.Handshake, nil
}

// Answer makes the handshake by between.
func (h *Handshake) Answer(between func(client, server *pki.Peer, at time.Time) error) (a Answer, err error) {
	var p pki.Peer
	if p.Bundle, err = pki.ParseBundle([]byte(h.Bundle)); err != nil {
		return a, err
	}
	if p.Chain, err = pki.ParseChain([]byte(h.Chain)); err != nil {
		return a, err
	}
	if p.Key, err = pki.ParseKey([]byte(h.Key)); err != nil {
		return a, err
	}
	a.Handshake = &Shaken{}
	if err := between(&p, &p, h.At); err != nil {
		a.Handshake.Refused = problem.Of(err)[0].Text
	}
	return a, nil
}
