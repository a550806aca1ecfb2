package render_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"github.com/aymanbagabas/go-udiff"
)

// The oracle is a folder of real renders of the Linkerd charts, one file per
// version and phase, made by Helm from values alone. It lies beside the
// repository and is not part of it.
const oracleFolder = "../../../shared/linkerd"

// oracle gives the folder, or skips loudly.
func oracle(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(oracleFolder); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: the real renders are absent (%v)", err)
	}
	return oracleFolder
}

// oracleVersions: folder -> spec.linkerd.version.
var oracleVersions = map[string]string{
	"stable-2.10.2":  "2.10",
	"stable-2.11.5":  "2.11",
	"stable-2.12.6":  "stable-2.12.6",
	"stable-2.14.10": "2.14.10",
	"version-2.18":   "2.18",
	"version-2.20":   "2.20",
}

// oraclePhases: file -> the state that it is the render of.
var oraclePhases = map[string]struct {
	strategy, phase string
	crossed         bool
}{
	"stable":          {"", state.PhaseStable, false},
	"anchor-added":    {state.StrategyBundle, state.PhaseAnchorAdded, false},
	"issuer-switched": {state.StrategyBundle, state.PhaseIssuerSwitched, false},
	"anchor-dropped":  {state.StrategyBundle, state.PhaseAnchorDropped, false},
	"cross-signed":    {state.StrategyCrossSign, state.PhaseIssuerSwitched, true},
	"anchor-swapped":  {state.StrategyCrossSign, state.PhaseAnchorSwapped, true},
}

// oracleState is the state of a phase of the oracle's own PKI, with its keys.
func oracleState(t testing.TB, version, file string) (*state.Rotation, render.Keys) {
	t.Helper()
	read := func(name string) string {
		data, err := os.ReadFile(filepath.Join(oracleFolder, "pki", name))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	keys := render.Keys{}
	key := func(name string) string {
		keys[name] = render.Key{PEM: []byte(read(name))}
		return name
	}
	row := oraclePhases[file]
	s := &state.Rotation{
		APIVersion: state.APIVersion, Kind: state.Kind,
		Metadata: state.Metadata{Name: "oracle"},
		Spec:     state.Spec{Linkerd: state.Linkerd{Version: oracleVersions[version]}, Custody: state.Custody{Kind: "file"}},
		Status:   state.Status{Epoch: 3, Phase: row.phase},
	}
	incoming := "incoming-issuer"
	if row.crossed {
		incoming = "incoming-issuer-cross"
	}
	outgoingRole := state.RoleOutgoing
	if row.phase == state.PhaseStable {
		outgoingRole = state.RoleCurrent
	}
	s.Status.Anchors = []state.Anchor{{Name: "2025", Role: outgoingRole, Certificate: read("outgoing-anchor.crt")}}
	s.Status.Issuers = []state.Issuer{{Name: "2025-1", Role: outgoingRole, Certificate: read("outgoing-issuer.crt"), Key: key("outgoing-issuer.key")}}
	if row.phase != state.PhaseStable {
		s.Status.Rotation = &state.Progress{Kind: state.KindAnchor, Strategy: row.strategy}
		s.Status.Anchors = append(s.Status.Anchors, state.Anchor{Name: "2026", Role: state.RoleIncoming, Certificate: read("incoming-anchor.crt")})
		s.Status.Issuers = append(s.Status.Issuers, state.Issuer{Name: "2026-1", Role: state.RoleIncoming, Certificate: read(incoming + ".crt"), Key: key(incoming + ".key")})
	}
	s.Status.Webhooks = map[string]state.Webhook{}
	for webhook, file := range map[string]string{
		"proxyInjector": "proxy-injector", "profileValidator": "sp-validator", "policyValidator": "policy-validator",
		"tap": "tap", "tapInjector": "tap-injector", "jaeger": "jaeger-injector",
	} {
		s.Status.Webhooks[webhook] = state.Webhook{Certificate: read(file + ".crt"), CABundle: read("webhook-ca.crt"), Key: key(file + ".key")}
	}
	return s, keys
}

func readOracle(t testing.TB, parts ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{oracleFolder}, parts...)...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func sameBytes(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		diff := udiff.Unified("want", "got", string(want), string(got))
		t.Fatalf("%s: not the same bytes:\n%.4000s", what, diff)
	}
}

// TestByteIdentity is the first law: post-rendering Helm's render of one phase
// with the state of another gives Helm's own render of that other phase.
func TestByteIdentity(t *testing.T) {
	oracle(t)
	pairs := 0
	for version := range oracleVersions {
		for _, set := range []string{"pinned", "ha", "helm4"} {
			for to := range oraclePhases {
				if set == "helm4" && to != "stable" && to != "anchor-added" {
					continue
				}
				want := readOracle(t, version, set, to+".yaml")
				s, keys := oracleState(t, version, to)
				for from := range oraclePhases {
					if set == "helm4" && from != "stable" && from != "anchor-added" {
						continue
					}
					name := fmt.Sprintf("%s/%s: %s to %s", version, set, from, to)
					out, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: readOracle(t, version, set, from+".yaml")})
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					sameBytes(t, name, out.Stream, want)
					pairs++
				}
			}
		}
	}
	if want := len(oracleVersions) * (2*6*6 + 2*2); pairs != want {
		t.Fatalf("compared %d pairs, want %d", pairs, want)
	}
}

// TestUnpinnedRendersAgree: two renders of one unpinned chart differ; once
// post-rendered they do not.
func TestUnpinnedRendersAgree(t *testing.T) {
	oracle(t)
	pairs := 0
	for version := range oracleVersions {
		s, keys := oracleState(t, version, "stable")
		for _, set := range [][3]string{{"unpinned", "stable.1.yaml", "stable.2.yaml"}, {"viz", "render.1.yaml", "render.2.yaml"}, {"jaeger", "render.1.yaml", "render.2.yaml"}} {
			if _, err := os.Stat(filepath.Join(oracleFolder, version, set[0])); err != nil {
				if set[0] == "jaeger" && version == "version-2.20" { // the chart is gone since 2.19
					continue
				}
				t.Fatal(err)
			}
			first, second := readOracle(t, version, set[0], set[1]), readOracle(t, version, set[0], set[2])
			if bytes.Equal(first, second) {
				t.Fatalf("%s/%s: the two renders are equal to begin with", version, set[0])
			}
			var got [2][]byte
			for i, stream := range [][]byte{first, second} {
				out, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: stream})
				if err != nil {
					t.Fatalf("%s/%s: %v", version, set[0], err)
				}
				again, err := render.PostRender(render.Input{State: s, Keys: keys, Stream: out.Stream})
				if err != nil {
					t.Fatalf("%s/%s again: %v", version, set[0], err)
				}
				sameBytes(t, version+"/"+set[0]+" twice", again.Stream, out.Stream)
				got[i] = out.Stream
			}
			sameBytes(t, version+"/"+set[0], got[0], got[1])
			pairs++
		}
	}
	if pairs != 17 {
		t.Fatalf("compared %d pairs, want 17", pairs)
	}
}
