package observe

import (
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// EventList is a page of events of the API.
type EventList struct {
	Items []Event `json:"items"`
}

// Event is what identity says of its issuer. It names no replica and is gone after an
// hour, so it opens no gate; it tells why a replica keeps its old issuer.
type Event struct {
	Reason        string    `json:"reason"`
	Message       string    `json:"message"`
	LastTimestamp time.Time `json:"lastTimestamp"`
	EventTime     time.Time `json:"eventTime"`
}

// at is when the event was last seen; clients of the newer API set the second field.
func (e Event) at() time.Time {
	if e.LastTimestamp.IsZero() {
		return e.EventTime
	}
	return e.LastTimestamp
}

// addEvents notes that identity refused an issuer after the last one that it took.
func (b *builder) addEvents() {
	var last Event
	for _, e := range b.Events {
		about := e.Reason == linkerd.EventIssuerUpdated || e.Reason == linkerd.EventIssuerSkipped || e.Reason == linkerd.EventIssuerInvalid
		if about && (last.Reason == "" || e.at().After(last.at())) {
			last = e
		}
	}
	if last.Reason != "" && last.Reason != linkerd.EventIssuerUpdated {
		b.gap("the issuer that identity was given", "event %s at %s: %.300q", last.Reason, text(last.at()), last.Message)
	}
}
