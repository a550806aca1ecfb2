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
// JSON object without white space, these six members in this order, all of them
// always present, "<", ">" and "&" not escaped, no line end:
//
//	{"epoch":1,"phase":"anchor-added","at":"2026-11-03T09:30:00Z","why":"...","evidence":"","previous":""}
//
// The form is fixed for good: existing logs are chained by it.
func (e LogEntry) Digest() string {
	var form bytes.Buffer
	enc := json.NewEncoder(&form)
	enc.SetEscapeHTML(false)
	// Strings and an integer: encoding cannot fail.
	_ = enc.Encode(struct {
		Epoch    int64  `json:"epoch"`
		Phase    string `json:"phase"`
		At       string `json:"at"`
		Why      string `json:"why"`
		Evidence string `json:"evidence"`
		Previous string `json:"previous"`
	}(e))
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
// was adopted midway may have had no log before.
func Continues(before, now []LogEntry) error {
	for i, e := range before {
		if i >= len(now) || now[i].Digest() != e.Digest() {
			return problem.StateLogRewritten.With(i, e.Epoch, e.Phase).On(atLog.String())
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
	last := log[len(log)-1]
	if last.Epoch != r.Status.Epoch || last.Phase != r.Status.Phase {
		f.add(problem.StateLogEnd.With(last.Epoch, shown(last.Phase), r.Status.Epoch, shown(r.Status.Phase)),
			atLog.With(len(log)-1), atPhase, manifest.At("status", "epoch"))
	}
	if r.Status.AdoptedBundle != "" && last.Epoch > log[0].Epoch {
		f.add(problem.StateAdopted.With(log[0].Epoch, last.Epoch), atAdopted, atLog)
	}
}

// entry checks one entry by itself and its link to the one before.
func (f *findings) entry(i int, e LogEntry, previous string) {
	at := atLog.With(i)
	f.add(oneOf(PhaseNames())(e.Phase), at.With("phase"))
	f.add(instant(e.At), at.With("at"))
	f.add(optional(digest)(e.Evidence), at.With("evidence"))
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
