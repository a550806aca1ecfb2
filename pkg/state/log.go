package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

var (
	atLog     = manifest.At("status", "log")
	atAdopted = manifest.At("status", "adoptedBundle")
)

// Digest is the SHA-256, in lower-case hex, of the entry's canonical form: one
// JSON object without white space, the fields of [LogEntry] in their order, all
// of them always present, "<", ">" and "&" not escaped, no line end:
//
// An assumption that was forced has "forced":true after its reason.
//
//	{"epoch":1,"phase":"anchor-added","at":"2026-11-03T09:30:00Z","move":"start","kind":"anchor","strategy":"bundle",
//	"issuer":"","replaced":"","why":"...","assumed":[{"code":"WAVE-DONE","because":"..."}],"downtimeAccepted":false,
//	"ahead":false,"evidence":"","previous":""}
//
// An entry that was migrated keeps the form that its log was chained by: epoch,
// phase, at, why, evidence and previous. Both forms are fixed for good.
func (e LogEntry) Digest() string {
	if old, ok := e.asOld(); ok {
		return digestOf(old)
	}
	e.Assumed = append([]Assumed{}, e.Assumed...) // [], not null
	return digestOf(struct {
		Epoch            int64     `json:"epoch"`
		Phase            string    `json:"phase"`
		At               string    `json:"at"`
		Move             string    `json:"move"`
		Kind             string    `json:"kind"`
		Strategy         string    `json:"strategy"`
		Issuer           string    `json:"issuer"`
		Replaced         string    `json:"replaced"`
		Why              string    `json:"why"`
		Assumed          []Assumed `json:"assumed"`
		DowntimeAccepted bool      `json:"downtimeAccepted"`
		Ahead            bool      `json:"ahead"`
		Evidence         string    `json:"evidence"`
		Previous         string    `json:"previous"`
	}(e))
}

func digestOf(entry any) string {
	var form bytes.Buffer
	enc := json.NewEncoder(&form)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(entry) // texts, truth values and an integer: encoding cannot fail
	sum := sha256.Sum256(bytes.TrimSuffix(form.Bytes(), []byte("\n")))
	return hex.EncodeToString(sum[:])
}

// Append gives the log with one more entry, chained to the last one; what
// e.Previous says is replaced.
func Append(log []LogEntry, e LogEntry) []LogEntry {
	e.Previous = ""
	if len(log) > 0 {
		e.Previous = log[len(log)-1].Digest()
	}
	return append(slices.Clip(log), e)
}

// Continues proves that a log only grew since an older version of the file:
// every entry of before stands in now, unchanged and at its place. A mesh that
// was adopted midway may have had no log before. Nor does a new entry lie before
// the one that it follows: waiting times are counted from these instants. (Older
// logs may have such entries, from clocks that differed; they stay readable.)
func Continues(before, now []LogEntry) error {
	for i, e := range before {
		if i >= len(now) || now[i].Digest() != e.Digest() {
			return problem.StateLogRewritten.With(i, e.Epoch, e.Phase).On(atLog.String())
		}
	}
	for i := max(len(before), 1); i < len(now); i++ {
		if now[i].At < now[i-1].At { // both of the form of field_forms.go: texts sort as instants
			return problem.StateLogBackdated.With(i, now[i].At, now[i-1].At).On(atLog.With(i, "at").String())
		}
	}
	return nil
}

// history checks the log and what hangs on it. An empty log is valid at every
// phase and epoch: a mesh may be adopted midway.
func (f *findings) history(r *Rotation) {
	if r.Status.AdoptedBundle != "" {
		f.add(adoptedBundle(r.Status.AdoptedBundle), atAdopted)
	}
	log := r.Status.Log
	if len(log) == 0 {
		return
	}
	previous := ""
	for i, e := range log {
		f.entry(i, e, previous)
		if i > 0 && e.Epoch < log[i-1].Epoch {
			f.add(problem.StateLogOrder.With(e.Epoch, log[i-1].Epoch), atLog.With(i, "epoch"), atLog)
		}
		previous = e.Digest()
	}
	f.migrated(log)
	last := log[len(log)-1]
	if last.Epoch != r.Status.Epoch || last.Phase != r.Status.Phase {
		f.add(problem.StateLogEnd.With(last.Epoch, shown(last.Phase), r.Status.Epoch, shown(r.Status.Phase)),
			atLog.With(len(log)-1), atPhase, manifest.At("status", "epoch"))
	}
	f.sameRotation(len(log)-1, last, r.Status.Rotation)
	if r.Status.AdoptedBundle != "" && slices.ContainsFunc(log[1:], func(e LogEntry) bool { return !e.keepsBundle() }) {
		f.add(problem.StateAdopted.With(log[0].Epoch, last.Epoch), atAdopted, atLog)
	}
}

// keepsBundle reports whether the phase that the entry led to delivers the bundle
// of the stable phase before its rotation. What cannot be told from it (older logs,
// the way back) is left to rendering, which compares the certificates.
func (e LogEntry) keepsBundle() bool {
	if e.Move == MoveLegacy || e.Move == MoveReissue || e.Move == MoveRollout || e.Phase == PhaseStable &&
		(e.Move == MoveBack || e.Move == MoveAbandon) {
		return true
	}
	if e.Phase == PhaseStable {
		return e.Kind == KindIssuer || e.Kind == KindWebhooks
	}
	t, ok := TableOf(e.Kind, e.Strategy)
	return ok && slices.ContainsFunc(t.Phases, func(p Phase) bool {
		return p.Name == e.Phase && len(p.Bundle) == 1 && p.Bundle[0] != RoleIncoming
	})
}

// entry checks one entry by itself and its link to the one before.
func (f *findings) entry(i int, e LogEntry, previous string) {
	at := atLog.With(i)
	f.add(oneOf(PhaseNames())(e.Phase), at.With("phase"))
	f.add(instant(e.At), at.With("at"))
	f.add(optional(digest)(e.Evidence), at.With("evidence"))
	f.move(i, e, at)
	if e.Previous != previous {
		f.add(problem.StateLogChain.With(digestOrNone(e.Previous), digestOrNone(previous)), at.With("previous"), atLog)
	}
}

// digestOrNone shows a digest in full; the first entry follows none.
func digestOrNone(text string) string {
	if text == "" {
		return "empty"
	}
	if digestForm.MatchString(text) {
		return text
	}
	return shown(text)
}
