package client

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/handshake"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Serve answers one request of l5d-pki-render; progress gets a line per stage.
func Serve(in io.Reader, out, progress io.Writer) error {
	return exchange.Serve(in, out, func(r exchange.Request) (exchange.Answer, error) {
		if r.Handshake != nil {
			return r.Handshake.Answer(func(client, server *pki.Peer, at time.Time) error {
				return handshake.Between(client, server, at, rand.Reader)
			})
		}
		ctx, cancel := context.WithTimeout(context.Background(), r.Limit)
		defer cancel()
		return answer(ctx, r, progress)
	})
}

func answer(ctx context.Context, r exchange.Request, progress io.Writer) (exchange.Answer, error) {
	a, err := connect(r.Kubeconfig, r.Context)
	if err != nil {
		return exchange.Answer{}, problem.ObserveConnect.With(err).Because(err)
	}
	if r.Gate != nil {
		c := &collector{api: a, request: r, progress: progress}
		return exchange.Answer{}, c.publishGate(ctx, *r.Gate)
	}
	p, err := newPrometheus(r.Prometheus)
	if err != nil {
		return exchange.Answer{}, problem.ObservePrometheus.With(address.Redact(r.Prometheus.URL), err).Because(err)
	}
	dial, err := observe.DialOf(r.Dial)
	if err != nil {
		return exchange.Answer{}, err
	}
	c := &collector{dial: dial, api: a, prometheus: p, request: r, progress: progress}
	reading, err := c.read(ctx)
	if err != nil && ctx.Err() != nil {
		return exchange.Answer{}, problem.ObserveLate.With(r.Limit).Because(err)
	}
	if err != nil {
		return exchange.Answer{}, err
	}
	o, gaps := observe.Build(reading)
	text, err := rotation.MarshalObservation(o)
	if err == nil && r.Publish {
		err = c.publish(ctx, text)
	}
	return exchange.Answer{Observation: text, Gaps: gaps, Late: ctx.Err() != nil}, err
}

func (c *collector) say(format string, args ...any) {
	fmt.Fprintf(c.progress, format+"\n", args...)
}

// now is the end of the reading.
func now() time.Time { return time.Now().UTC() }
