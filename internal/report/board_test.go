package report

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// markdownOf is what a reader sees of some blocks.
func markdownOf(blocks ...document.Block) string {
	return string(document.Document{Title: "x", Lead: blocks}.Markdown())
}

// TestBoardLog: what a person answered for stands out, and force and downtime most.
func TestBoardLog(t *testing.T) {
	b := Board{Status: &rotation.Status{Log: []state.LogEntry{
		{Epoch: 1, Phase: "stable", At: "2026-01-01T00:00:00Z", Move: state.MoveInit},
		{Epoch: 2, Phase: "anchor-added", At: "2026-01-02T00:00:00Z", Move: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle, Why: "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----", Ahead: true,
			Assumed: []state.Assumed{{Code: "WAVE-DONE", Because: "saw it"}, {Code: "BUNDLE-LOADED", Because: "was told", Forced: true}}, DowntimeAccepted: true, Evidence: strings.Repeat("ab", 32)},
	}}}
	text := markdownOf(b.log()...)
	for _, want := range []string{
		"| 1 | 2026-01-01T00:00:00Z | first PKI minted |  |  | none |",
		"assumed WAVE-DONE because saw it. **FORCED against what was known:** assumed BUNDLE-LOADED because was told. **DOWNTIME ACCEPTED.** Prepared before its gate was open.",
		"`abababab`", "start anchor (bundle) to anchor-added", b.Status.Log[1].Digest(), "damaged certificate",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the log does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "BEGIN") || !strings.Contains(markdownOf(Board{Status: &rotation.Status{}}.log()...), "The log has no entries.") {
		t.Errorf("PEM in the log, or an empty log is not named:\n%s", text)
	}
}

// TestBoardEvidence: what was not seen, what has no source, and a link that nobody
// described are unknown, in words; what is inferred says so.
func TestBoardEvidence(t *testing.T) {
	b := Board{
		State: &state.Rotation{Spec: state.Spec{Links: []state.Link{{Name: "west"}, {Name: "north"}, {Name: "south"}}}},
		Status: &rotation.Status{
			Cluster: "east", At: time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC),
		},
		Evidence: rotation.Evidence{
			Observations: []*rotation.Observation{
				{APIVersion: rotation.ObservationVersion, Cluster: "east", At: "2026-06-01T11:00:00Z",
					Facts:     []rotation.Fact{{Fact: "bundles", Group: "proxies", Source: "pod annotation", Exactness: rotation.ExactFact}, {Fact: "leaves", Source: "Prometheus", Exactness: rotation.InferredFact}},
					Endpoints: []rotation.Endpoint{{Group: "proxies", Namespace: "shop", Workload: "deploy/cart", Count: 3, NoChain: true}, {Group: "gateways", Bundle: []string{"aabbccdd00"}}}},
				{Cluster: "north", At: "2026-05-30T11:00:00Z"},
			},
			Links:       []rotation.LinkedState{{Name: "south", State: &state.Rotation{}}},
			Assumptions: []rotation.Assumption{{Code: rotation.WaveDone, Because: "saw it"}},
			Earlier:     []*rotation.Observation{{Cluster: "east", At: "2026-05-01T11:00:00Z"}},
		},
	}
	b.Evidence.Observations[0].Count("proxies", 3)
	text := markdownOf(b.evidence()...)
	for _, want := range []string{
		"Taken 60 minutes before this report.", "Taken 2 days before this report.",
		"| proxies | whole | 3 |", "| identity | unknown: not seen whole | unknown |",
		"| bundles proxies | pod annotation | read where it is in force |", "| leaves | Prometheus | inferred from something else |", "| chains | unknown: the observation names no source |",
		"| proxies shop deploy/cart | 3 | unknown | none yet |", "| gateways | 1 | aabbccdd | unknown |",
		"| west | unknown |", "| north | an observation of 2026-05-30T11:00:00Z |", "| south | its state file: what it delivers, not what its pods hold |",
		"`WAVE-DONE` because saw it", "| east | 2026-05-01T11:00:00Z |",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the evidence does not say %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "nobody brought") {
		t.Error("there is an observation of the cluster")
	}
	b.Evidence = rotation.Evidence{Observations: b.Evidence.Observations[1:]}
	if !strings.Contains(markdownOf(b.evidence()...), "Unknown: nobody brought an observation of this cluster.") {
		t.Error("an observation of a linked cluster is taken for one of this cluster")
	}
}

// TestBoardHazards: severities are words, and situations have their steps.
func TestBoardHazards(t *testing.T) {
	if text := markdownOf(Board{}.hazards()...); !strings.Contains(text, "lint found no hazard") {
		t.Error(text)
	}
}
