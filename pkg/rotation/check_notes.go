package rotation

import (
	"slices"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Warnings of `linkerd check --proxy` that a phase brings about. The check
// compares the text of each pod's bundle with what the control plane delivers.
const (
	checkUnspread = "`linkerd check --proxy` warns about every pod that has not restarted since the bundle changed; expected until the next rollout is over"
	checkRenewed  = "proxies ignore an anchor's dates and need no restart; `linkerd check --proxy` compares text and warns about every pod until it restarts"
	checkBack     = "`linkerd check --proxy` warns about pods that started while the rotation was under way until they restart; they trust one anchor more than is delivered"
)

// expectedWarning says which warning of `linkerd check` is expected, "" if none is.
func (c *scene) expectedWarning() string {
	if c.allHold() {
		return ""
	}
	s := c.state
	if s.Status.Rotation != nil {
		next, ok := s.Next()
		switch {
		case s.Status.Rotation.Kind == state.KindRenew:
			return checkRenewed
		case ok && slices.Contains(next.Needs, BundleDelivered) && s.Status.Phase != state.PhaseStable:
			return checkUnspread
		}
		return ""
	}
	if len(s.Status.Log) == 0 {
		return ""
	}
	switch last := s.Status.Log[len(s.Status.Log)-1]; {
	case last.Kind == state.KindRenew && last.Move == state.MoveAdvance:
		return checkRenewed
	case slices.Contains([]string{state.KindAnchor, state.KindRenew, state.KindReplace}, last.Kind) &&
		slices.Contains([]string{state.MoveBack, state.MoveAbandon}, last.Move):
		return checkBack
	}
	return ""
}

// allHold reports whether an observation from after the last change shows that
// every pod holds what is delivered.
func (c *scene) allHold() bool {
	own, err := c.own()
	if err != nil || own.latest() == nil {
		return false
	}
	o := own.latest()
	if len(o.unseenBundles()) > 0 || o.at().Before(own.past.bundleChanged()) || o.at().Before(own.past.began) {
		return false
	}
	return !slices.ContainsFunc(o.Endpoints, func(e Endpoint) bool { return !sameSet(e.Bundle, own.past.now.Bundle) })
}
