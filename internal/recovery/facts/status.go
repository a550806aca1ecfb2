package facts

import (
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyfile"
	"github.com/l5d-pki/l5d-pki-render/internal/history"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/delivery"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// known is a state with its status and the evidence for it.
type known struct {
	state    *state.Rotation
	status   *rotation.Status
	evidence rotation.Evidence
}

// Status is the status of a state, with what Git, key files and the ways into the cluster
// say.
func Status(w custody.World, q Request) (*rotation.Status, error) {
	k, err := load(q)
	if err != nil {
		return nil, err
	}
	k.status.Alarms = append(k.status.Alarms, history.Alarms(q.StatePath, k.state)...)
	if c, keys, err := keysOf(w, q.StatePath, k.state); err == nil { // else said where keys are used
		for _, wrong := range wrongKeys(c, keys, keyfile.CheckAll(c, keys)) {
			k.status.Alarms = append(k.status.Alarms, wrong.Alarm())
		}
	}
	k.status.Delivery = delivery.Of(k.state, q.StatePath)
	return k.status, nil
}

// load loads the state and the evidence, and computes the status.
func load(q Request) (k known, err error) {
	if k.state, err = statefile.Load(q.StatePath); err != nil {
		return k, err
	}
	if k.evidence, err = q.Evidence(q.StatePath, k.state); err != nil {
		return k, err
	}
	at, err := q.Instant() // after what is observed now
	if err != nil {
		return k, err
	}
	k.status, err = rotation.StatusOf(k.state, k.evidence, at)
	return k, statefile.Named(err, q.StatePath, q.StatePath)
}
