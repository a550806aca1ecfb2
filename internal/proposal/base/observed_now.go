package base

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// Live is what the cluster of the base's state shows now, with its text as a file;
// nil if nobody asked for that. The move of this call is made after it, so that it
// is not made on what is seen later.
func (b *Base) Live(e Evidence) (o *rotation.Observation, text []byte, err error) {
	if e.Observe == nil {
		return nil, nil, nil
	}
	if text, err = e.Observe(b.Now); err != nil {
		return nil, nil, err
	}
	if o, err = rotation.ParseObservation("the observation of this call", text); err != nil {
		return nil, nil, err
	}
	at, err := time.Parse(time.RFC3339, o.At)
	if err == nil && at.After(b.Instant) {
		b.Instant = at
	}
	return o, text, err
}
