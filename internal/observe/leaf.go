package observe

import (
	"errors"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

var errNoVector = errors.New("not an answer to an instant query")

// leaf is what is known of the leaf of one pod's proxy. It was issued at since or
// later, if there is one; expires is zero if unknown.
type leaf struct {
	since, expires time.Time
	// measured: since comes from a metric, and not from the age of the pod alone.
	measured bool
}

// leaves are the leaves by namespace and name of pod, out of metrics.
type leaves map[[2]string]*sampled

// sampled are the values of all series of one pod, the earliest of each kind:
// there may be series of a pod before it with the same name.
type sampled struct{ expires, refreshed map[string]time.Time }

func newLeaves(samples []Sample) leaves {
	all := leaves{}
	for _, s := range samples {
		at, ok := instant(s.Value)
		if !ok {
			continue
		}
		key := [2]string{s.Namespace, s.Pod}
		if all[key] == nil {
			all[key] = &sampled{map[string]time.Time{}, map[string]time.Time{}}
		}
		for _, m := range linkerd.LeafMetricsTable {
			switch s.Metric {
			case m.Expires:
				earliest(all[key].expires, s.Metric, at)
			case m.Refreshed:
				earliest(all[key].refreshed, s.Metric, at)
			}
		}
	}
	return all
}

func earliest(m map[string]time.Time, name string, at time.Time) {
	if old, there := m[name]; !there || at.Before(old) {
		m[name] = at
	}
}

// of is the leaf of a pod. No leaf is older than its pod. The metric of the
// refresh goes by the node's clock, so it counts only as far as the leaf's end,
// which identity sets, bears it out.
func (l leaves) of(p Pod, life time.Duration, at time.Time) leaf {
	result := leaf{since: p.Created}
	s := l[[2]string{p.Namespace, p.Name}]
	if s == nil {
		return result
	}
	var issued time.Time
	for _, m := range linkerd.LeafMetricsTable {
		expires, known := s.expires[m.Expires]
		if !known {
			continue
		}
		if result.expires.IsZero() || expires.Before(result.expires) {
			result.expires = expires
		}
		begin := expires.Add(-life)
		if refreshed, has := s.refreshed[m.Refreshed]; has && refreshed.Before(begin) {
			begin = refreshed
		}
		if issued.IsZero() || begin.Before(issued) {
			issued = begin
		}
	}
	if issued.After(p.Created) && !issued.After(at.Add(time.Minute)) {
		result.since, result.measured = issued, true
	}
	return result
}
