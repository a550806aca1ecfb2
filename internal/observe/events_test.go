package observe

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// TestEvents: an issuer that identity refused is named until it took one after that,
// with what it said as quoted text.
func TestEvents(t *testing.T) {
	at := func(reason string, minute int) Event {
		return Event{Reason: reason, Message: "expired\x1b[31m", LastTimestamp: begin.Add(time.Duration(minute) * time.Minute)}
	}
	updated, skipped, invalid, leaf := linkerd.EventIssuerUpdated, linkerd.EventIssuerSkipped, linkerd.EventIssuerInvalid, "IssuedLeafCertificate"
	for name, c := range map[string]struct {
		events []Event
		want   string
	}{
		"none":                      {nil, ""},
		"updated":                   {[]Event{at(updated, 1), at(leaf, 2)}, ""},
		"refused":                   {[]Event{at(updated, 1), at(skipped, 2), at(leaf, 3)}, "event IssuerUpdateSkipped at 2026-03-01T12:02:00Z: \"expired\\x1b[31m\""},
		"refused, in another order": {[]Event{at(skipped, 2), at(updated, 1)}, "event IssuerUpdateSkipped"},
		"refused, then updated":     {[]Event{at(skipped, 1), at(updated, 2)}, ""},
		"does not fit the anchors":  {[]Event{at(invalid, 1)}, "event IssuerValidationFailed"},
		"of the newer API":          {[]Event{at(updated, 1), {Reason: skipped, EventTime: begin.Add(time.Hour)}}, "event IssuerUpdateSkipped at 2026-03-01T13:00:00Z"},
	} {
		r, _ := base(t)
		r.Events = c.events
		_, gaps := Build(r)
		if text := gapsText(gaps); !strings.Contains(text, c.want) || c.want == "" && strings.Contains(text, "event") {
			t.Errorf("%s: %s", name, text)
		}
	}
}
