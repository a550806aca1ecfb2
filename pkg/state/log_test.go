package state

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
)

// The canonical form is fixed for good: these digests may never change.
func TestDigestIsFixed(t *testing.T) {
	tests := []struct {
		entry LogEntry
		form  string
	}{
		{LogEntry{}, `{"epoch":0,"phase":"","at":"","why":"","evidence":"","previous":""}`},
		{LogEntry{Epoch: 3, Phase: "anchor-added", At: "2026-11-03T09:30:00Z", Why: "<é> & \"x\"\n"},
			`{"epoch":3,"phase":"anchor-added","at":"2026-11-03T09:30:00Z","why":"<é> & \"x\"\n","evidence":"","previous":""}`},
		{LogEntry{Epoch: -1, Evidence: "ee", Previous: "ff"}, `{"epoch":-1,"phase":"","at":"","why":"","evidence":"ee","previous":"ff"}`},
	}
	for _, test := range tests {
		sum := sha256.Sum256([]byte(test.form))
		if got := test.entry.Digest(); got != hex.EncodeToString(sum[:]) {
			t.Errorf("the canonical form is no longer %s", test.form)
		}
	}
	const fixed = "45faee428a2f11cff8c10e9952f25c9adf59264350643991691bbe80b6a55715"
	if got := (LogEntry{Epoch: 1, Phase: PhaseStable, At: "2026-01-01T00:00:00Z", Why: "init"}).Digest(); got != fixed {
		t.Errorf("digest %s, want %s", got, fixed)
	}
}

func TestAppendChains(t *testing.T) {
	var log []LogEntry
	for i := range 3 {
		log = Append(log, LogEntry{Epoch: int64(i), Previous: "replaced"})
	}
	if log[0].Previous != "" || log[1].Previous != log[0].Digest() || log[2].Previous != log[1].Digest() {
		t.Error("the entries are not chained")
	}
	short := log[:1]
	Append(short, LogEntry{Epoch: 9})
	if log[1].Epoch != 1 {
		t.Error("Append wrote over the entries of a longer log")
	}
}
