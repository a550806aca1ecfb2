package rotation

import (
	"fmt"
	"time"
)

// needWaits says how long a wait takes that no clock of ours decides.
var needWaits = map[Need]string{
	BundleDelivered:    "three minutes after the cluster has applied the commit, when kubelet has surely updated the injectors' mounts",
	BundleLoaded:       "when every pod has restarted since the bundle was delivered; time alone does not end it",
	IdentityLoaded:     "when linkerd-identity has restarted with the bundle",
	IssuerLoaded:       "about a minute after the Secret changes, when identity reports IssuerUpdated",
	RetiredGone:        "when every pod has restarted since the anchor left the bundle; time alone does not end it",
	WaveDone:           "when `l5d-pki-render workloads progress` has added the last namespace",
	WebhookCADelivered: "when the webhook configurations are applied",
	WebhookCertServed:  "about a minute after the Secrets change",
	DeliveredElsewhere: "when what delivers them is named",
}

// wait says when an unmet need is met: at an instant that the evidence or the
// log gives, or by what happens in the cluster.
func (t target) wait(n Need) (end time.Time, words string) {
	if n != LeavesRenewed {
		return time.Time{}, needWaits[n]
	}
	if end = t.own.leavesEnd(); !end.IsZero() {
		return end, "every leaf of the issuer before has expired by then"
	}
	if since := t.own.signsSince(); !since.IsZero() {
		return time.Time{}, fmt.Sprintf("not before %s; it is counted (%s) from an observation that shows every identity replica signing with the new issuer",
			instantText(since.Add(t.own.leafLife)), t.own.leafLife)
	}
	return time.Time{}, fmt.Sprintf("%s after an observation that shows every identity replica signing with the new issuer", t.own.leafLife)
}

// leavesEnd is when every leaf of another issuer than the one in force has
// expired, counted from the observation that lets it be counted.
func (c *cluster) leavesEnd() time.Time {
	if o := c.signing(); o != nil {
		return o.at().Add(c.leafLife)
	}
	return time.Time{}
}

// signsSince is when the log says that the issuer in force came; zero if the
// log does not say.
func (c *cluster) signsSince() time.Time {
	var since time.Time
	if c.past == nil {
		return since
	}
	now := chainID(c.past.now.Issuer[:1])
	for _, m := range c.past.moments {
		switch {
		case chainID(m.material.Issuer[:1]) != now:
			since = time.Time{}
		case since.IsZero():
			since = m.at
		}
	}
	return since
}
