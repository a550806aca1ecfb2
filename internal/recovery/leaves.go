package recovery

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// either applies where one of two does.
func either(a, b func(Facts) []string) func(Facts) []string {
	return func(f Facts) []string { return append(a(f), b(f)...) }
}

func (f Facts) leafLife() time.Duration {
	return time.Duration(f.State.WithDefaults().Spec.Leaf.Lifetime)
}

// expiredLeaves finds pods that were seen with a leaf that has expired, or that
// was not renewed when it was due and has expired since.
func expiredLeaves(f Facts) []string {
	o := f.fresh()
	if o == nil {
		return nil
	}
	return o.ExpiredLeaves(f.leafLife(), f.Status.At)
}

// downTooLong: identity signed nothing for so long that leaves have expired.
func downTooLong(f Facts) []string {
	since, how := f.downSince()
	if since.IsZero() {
		return nil
	}
	left := rotation.RenewalLeft(f.leafLife())
	if down := f.Status.At.Sub(since); down >= left {
		return []string{fmt.Sprintf("identity signed nothing for %s (%s); leaves end from %s on", down.Round(time.Minute), how, left.Round(time.Minute))}
	}
	return nil
}

// downSince is since when identity signs nothing, as far as it is known: a person
// says so, or the observations show no replica of it, the newest included.
func (f Facts) downSince() (since time.Time, how string) {
	if !f.DownSince.IsZero() {
		return f.DownSince, "--down-since"
	}
	observed := f.sinceMove() // a list of our own
	order.By(observed, func(a, b *rotation.Observation) int { return strings.Compare(b.At, a.At) })
	for _, o := range observed { // the newest first
		if len(o.Identity) > 0 || !slices.Contains(o.Covered(), rotation.GroupIdentity) {
			break
		}
		since, _ = time.Parse(time.RFC3339, o.At)
		how = "no identity replica was seen since " + o.At
	}
	return since, how
}

// restartAll restarts what signs first, then the pods that were seen with expired
// leaves, or everything where that is not known.
func restartAll(f Facts) ([]Step, string) {
	steps := controlPlaneFirst(f)
	rows := 0
	if o := f.fresh(); o != nil && len(downTooLong(f)) == 0 {
		for _, e := range o.Endpoints {
			alone := *o
			alone.Endpoints = []rotation.Endpoint{e}
			if len(alone.ExpiredLeaves(f.leafLife(), f.Status.At)) == 0 || e.Group == rotation.GroupControlPlane {
				continue
			}
			rows++
			for _, s := range restartOf(f, e) {
				if !slices.Contains(steps, s) {
					steps = append(steps, s)
				}
			}
		}
	}
	if rows == 0 {
		steps = append(steps, Step{Text: "Then, namespace by namespace, with NAMESPACE in its place:"},
			Step{Command: "kubectl -n NAMESPACE rollout restart deployment,statefulset,daemonset"})
	}
	if len(f.Observed) == 0 {
		return append(steps, f.run("status")), ""
	}
	return append(steps, f.observe(), f.run("status --evidence observation.yaml")), ""
}
