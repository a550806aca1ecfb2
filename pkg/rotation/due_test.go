package rotation

import (
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestDueAt: the longer one of share and time decides.
func TestDueAt(t *testing.T) {
	born := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	x := Expiry{NotBefore: born, NotAfter: born.Add(100 * time.Hour)}
	for _, row := range []struct {
		margin Margin
		after  time.Duration
	}{
		{Margin{Percent: DuePercent}, 70 * time.Hour},
		{Margin{Left: 20 * time.Hour}, 80 * time.Hour},
		{Margin{Percent: 30, Left: 20 * time.Hour}, 70 * time.Hour},
		{Margin{Percent: 10, Left: 20 * time.Hour}, 80 * time.Hour},
	} {
		if got := x.DueAt(row.margin).Sub(born); got != row.after {
			t.Errorf("%+v: due after %s, want %s", row.margin, got, row.after)
		}
	}
	if !(Margin{}).Never() || (Margin{Percent: 1}).Never() || (Margin{Left: 1}).Never() {
		t.Error("Never is wrong")
	}
}

// TestReplaceable: the most urgent kind first, and only what is in use and current.
func TestReplaceable(t *testing.T) {
	x := func(kind, name, role string, inUse bool) Expiry {
		return Expiry{Kind: kind, Name: name, Role: role, InUse: inUse}
	}
	s := Status{Certificates: []Expiry{
		x("webhook-ca", "ca", state.RoleCurrent, true), x("webhook", "hook", state.RoleCurrent, true),
		x("issuer", "issuer", state.RoleCurrent, true), x("issuer", "spare", state.RoleCurrent, false),
		x("anchor", "new", state.RoleIncoming, true), x("anchor", "anchor", state.RoleCurrent, true),
		x("anchor", "theirs", state.RoleExtra, true), x("cross", "cross", state.RoleCurrent, true),
	}}
	var got string
	for _, r := range s.Replaceable() {
		got += r.Name + ":" + r.Rotation + " "
	}
	if want := "anchor:anchor issuer:issuer hook:webhooks ca:webhooks "; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
