package gate

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Life is how long what was published counts: a job that publishes every hour may
// fail once.
const Life = 2 * time.Hour

// Ready is the condition that says whether the gate is open; kstatus reads it.
const Ready = "Ready"

// Statuses of conditions.
const (
	True    = "True"
	False   = "False"
	Unknown = "Unknown"
)

// Reasons of the condition Ready.
const (
	ReasonOpen       = "Open"       // the next phase may be entered
	ReasonWaiting    = "Waiting"    // something that it needs was not seen yet
	ReasonRefused    = "Refused"    // proxies would not trust each other
	ReasonNotSeen    = "NotSeen"    // what the answer depends on was not seen
	ReasonOtherState = "OtherState" // the cluster has the gate of another state than the one that was judged
)

// Verdict is what an observation says of the gate of a state.
type Verdict struct {
	// Spec is the state that was judged, At when the cluster was observed.
	Spec Spec      `json:"spec"`
	At   time.Time `json:"at"`
	// Until is how long the answer counts, at most [Life].
	Until time.Time `json:"until"`
	// Reason is one of the reasons but ReasonOtherState; ReasonOpen: the gate is open.
	Reason  string `json:"reason"`
	Message string `json:"message"`
	// OpensAt is when a gate that is shut opens by time alone; zero: it does not.
	OpensAt time.Time `json:"opensAt,omitzero"`
	Needs   []Need    `json:"needs,omitempty"`
}

// Need is one thing that the next phase needs. Each is a condition of its own.
type Need struct {
	// Code is that of a need of the state, such as BUNDLE-DELIVERED.
	Code    string `json:"code"`
	Met     bool   `json:"met"`
	Message string `json:"message"`
}

// Status is that of the object.
type Status struct {
	ObservedGeneration int64       `json:"observedGeneration"`
	Phase              string      `json:"phase"`
	Epoch              int64       `json:"epoch"`
	At                 string      `json:"at"`
	Until              string      `json:"until"`
	UntilUnix          int64       `json:"untilUnix"`
	OpensAt            *string     `json:"opensAt"` // null takes the field away
	Conditions         []Condition `json:"conditions"`
}

// Condition is one of Kubernetes' (metav1.Condition).
type Condition struct {
	Type               string `json:"type"`
	Status             string `json:"status"`
	Reason             string `json:"reason"`
	Message            string `json:"message"`
	LastTransitionTime string `json:"lastTransitionTime"`
	ObservedGeneration int64  `json:"observedGeneration"`
}

// Live is the object as the cluster has it.
type Live struct {
	Metadata struct {
		Generation      int64  `json:"generation"`
		ResourceVersion string `json:"resourceVersion"`
	} `json:"metadata"`
	Spec   Spec `json:"spec"`
	Status struct {
		At         string      `json:"at"`
		Epoch      int64       `json:"epoch"`
		Conditions []Condition `json:"conditions"`
	} `json:"status"`
}

// Outdated reports whether the cluster has the verdict of a later observation. One that
// is later by more than its life is of a clock that was wrong: it would stay for ever.
func (v Verdict) Outdated(live Live) bool {
	at, err := time.Parse(time.RFC3339, live.Status.At)
	return err == nil && at.After(v.At) && !at.After(v.At.Add(Life)) && live.Status.Epoch >= v.Spec.Epoch
}

// StatusFor is the status that the verdict gives the object in the cluster. If that
// one is of another state, nothing is known of it.
func (v Verdict) StatusFor(live Live) Status {
	generation := live.Metadata.Generation
	s := Status{
		ObservedGeneration: generation, Phase: v.Spec.Phase, Epoch: v.Spec.Epoch,
		At: instant(v.At), Until: instant(v.Until), UntilUnix: v.Until.Unix(),
	}
	add := func(kind, status, reason, message string) {
		c := Condition{kind, status, reason, clipped(message), instant(v.At), generation}
		if i := slices.IndexFunc(live.Status.Conditions, func(old Condition) bool { return old.Type == kind && old.Status == status }); i >= 0 {
			c.LastTransitionTime = live.Status.Conditions[i].LastTransitionTime
		}
		s.Conditions = append(s.Conditions, c)
	}
	if live.Spec != v.Spec {
		add(Ready, Unknown, ReasonOtherState, "the cluster has the gate of another state than the one that was judged: apply the manifests of the current phase, then publish again")
		return s
	}
	if !v.OpensAt.IsZero() && v.Reason != ReasonOpen {
		at := instant(v.OpensAt)
		s.OpensAt = &at
	}
	add(Ready, v.ready(), v.Reason, v.Message)
	for _, n := range v.Needs {
		status, reason := True, "Met"
		if !n.Met {
			status, reason = False, "Unmet"
		}
		add(conditionType(n.Code), status, reason, n.Message)
	}
	return s
}

// ready is the status of the condition Ready. Only one reason opens.
func (v Verdict) ready() string {
	switch v.Reason {
	case ReasonOpen:
		return True
	case ReasonWaiting, ReasonRefused:
		return False
	}
	return Unknown
}

// conditionType is the type of a need's condition: BundleDelivered of BUNDLE-DELIVERED.
func conditionType(code string) string {
	var name strings.Builder
	for word := range strings.SplitSeq(strings.ToLower(code), "-") {
		if word != "" {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String()
}

// maxMessage bounds a message, in bytes: they are for people, and observations name
// workloads by the thousand.
const maxMessage = 1024

func clipped(text string) string {
	if len(text) <= maxMessage {
		return text
	}
	end := maxMessage - len("…")
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
