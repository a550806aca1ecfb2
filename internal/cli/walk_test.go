package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Objects that a phase changes in the stream of fixtures/rotation (design: what
// a phase changes in the manifests).
var (
	bundleObjects  = []string{"ConfigMap linkerd-config", "ConfigMap linkerd-identity-trust-roots", "Deployment by-hand", "Deployment linkerd-destination", "Deployment linkerd-identity", "Deployment linkerd-proxy-injector"}
	issuerObjects  = []string{"ConfigMap linkerd-config", "Secret linkerd-identity-issuer"}
	waveObjects    = []string{"CronJob tally", "Deployment by-hand", "Deployment paused", "Deployment web", "DeploymentConfig legacy", "Rollout canary", "StatefulSet emoji", "StatefulSet store"}
	servedObjects  = []string{"Deployment linkerd-destination", "Deployment linkerd-proxy-injector", "Secret linkerd-policy-validator-k8s-tls", "Secret linkerd-proxy-injector-k8s-tls", "Secret linkerd-sp-validator-k8s-tls"}
	webhookObjects = []string{
		"Deployment linkerd-destination", "Deployment linkerd-proxy-injector",
		"MutatingWebhookConfiguration linkerd-proxy-injector-webhook-config",
		"ValidatingWebhookConfiguration linkerd-policy-validator-webhook-config", "ValidatingWebhookConfiguration linkerd-sp-validator-webhook-config",
	}
	nothing []string
)

// step is one move of a walk, and what it changes.
type step struct {
	phase   string
	needs   []string
	changes []string
}

// expired is after the end of anchor and issuer of the test PKI.
var expired = time.Date(2035, 3, 1, 0, 0, 0, 0, time.UTC)

// walks is every kind and strategy, from stable to stable.
var walks = []struct {
	name, state string
	start       []string
	steps       []step
	// at is when it starts; zero: while everything is valid.
	at time.Time
}{
	{"anchor by bundle", "bundle/stable.yaml", []string{"anchor"}, []step{
		{state.PhaseAnchorAdded, nil, bundleObjects},
		{state.PhaseAnchorSpread, []string{"BUNDLE-DELIVERED"}, waveObjects},
		{state.PhaseIssuerSwitched, []string{"BUNDLE-LOADED"}, issuerObjects},
		{state.PhaseIssuerSpread, []string{"ISSUER-LOADED"}, nothing},
		{state.PhaseAnchorDropped, []string{"LEAVES-RENEWED"}, bundleObjects},
		{state.PhaseStable, []string{"BUNDLE-DELIVERED"}, waveObjects},
	}, time.Time{}},
	{"anchor by cross-sign", "bundle/stable.yaml", []string{"anchor", "--strategy", "cross-sign", "--outgoing-key", "pki/anchor-2025.key"}, []step{
		{state.PhaseIssuerSwitched, nil, issuerObjects},
		{state.PhaseIssuerSpread, []string{"ISSUER-LOADED"}, nothing},
		{state.PhaseAnchorSwapped, []string{"LEAVES-RENEWED"}, bundleObjects},
		{state.PhaseAnchorSpread, []string{"BUNDLE-DELIVERED"}, waveObjects},
		{state.PhaseStable, []string{"BUNDLE-LOADED"}, issuerObjects},
	}, time.Time{}},
	{"issuer", "bundle/stable.yaml", []string{"issuer", "--outgoing-key", "pki/anchor-2025.key"}, []step{
		{state.PhaseIssuerSwitched, nil, issuerObjects},
		{state.PhaseStable, []string{"LEAVES-RENEWED"}, nothing},
	}, time.Time{}},
	{"webhooks", "bundle/stable.yaml", []string{"webhooks"}, []step{
		{state.PhaseWebhookCAAdded, nil, webhookObjects},
		{state.PhaseWebhookCertSwitched, []string{"WEBHOOK-CA-DELIVERED"}, servedObjects},
		{state.PhaseStable, []string{"WEBHOOK-CERT-SERVED"}, webhookObjects},
	}, time.Time{}},
	{"replace", "bundle/stable.yaml", []string{"replace", "--accept-downtime"}, []step{
		{state.PhaseReplaced, nil, slices.Compact(slices.Sorted(slices.Values(append(slices.Clone(bundleObjects), issuerObjects...))))},
		{state.PhaseReplacedSpread, []string{"BUNDLE-DELIVERED", "ISSUER-LOADED"}, waveObjects},
		{state.PhaseStable, []string{"BUNDLE-LOADED"}, nothing},
	}, expired},
	{"renew", "bundle/stable.yaml", []string{"renew", "--outgoing-key", "pki/anchor-2025.key"}, []step{
		{state.PhaseRenewed, nil, bundleObjects},
		{state.PhaseStable, []string{"BUNDLE-DELIVERED", "IDENTITY-LOADED"}, nothing},
	}, time.Time{}},
}

// walkState puts a state and the test keys into a folder of their own.
func walkState(t *testing.T, file string) string {
	t.Helper()
	text := readFixture(t, "rotation", file)
	return stateIn(t, strings.ReplaceAll(text, "../../pki/", "pki/"))
}

// TestWalks walks every rotation from stable to stable: each step is refused
// without evidence where it needs some, changes in the rendered stream exactly
// the objects that the design names, grows the epoch by one, and can be
// rendered.
func TestWalks(t *testing.T) {
	stream := readFixture(t, "rotation", "input.yaml")
	for _, w := range walks {
		t.Run(w.name, func(t *testing.T) {
			path := walkState(t, w.state)
			at := w.at
			if at.IsZero() {
				at = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			}
			before := rendered(t, path, stream)
			for i, s := range w.steps {
				args := []string{"advance"}
				if i == 0 {
					args = append([]string{"start"}, absolute(t, w.start)...)
				}
				if len(s.needs) > 0 {
					refused := callAt(t, at, "", nil, append(args, "-s", path)...)
					if refused.code != ExitFailed || refused.out != "" || !strings.Contains(refused.stderr, s.needs[0]) {
						t.Fatalf("%s without evidence: code %d: %s", s.phase, refused.code, refused.stderr)
					}
				}
				at = at.Add(25 * time.Hour)
				args = append(args, "-s", path, "--because", "seen in the test", "-o", "json")
				for _, n := range s.needs {
					args = append(args, "--assume", n)
				}
				moved := callAt(t, at, "", nil, args...)
				if moved.code != ExitDone || !strings.Contains(moved.out, fmt.Sprintf("%q: %q", "to", s.phase)) {
					t.Fatalf("%s: code %d: %s%s", s.phase, moved.code, moved.out, moved.stderr)
				}
				checkNoSecret(t, moved.stderr)
				after := rendered(t, path, stream)
				if got := changed(before, after); !slices.Equal(got, s.changes) {
					t.Errorf("%s changes %q, want %q", s.phase, got, s.changes)
				}
				before = after
			}
			text, _ := os.ReadFile(path)
			end, err := state.Parse(path, text)
			if err != nil {
				t.Fatal(err)
			}
			if want := 1 + int64(len(w.steps)); end.Status.Epoch != want || end.Status.Rotation != nil || len(end.Status.Log) != len(w.steps)+1 {
				t.Errorf("ends at epoch %d with %d log entries, want %d", end.Status.Epoch, len(end.Status.Log), want)
			}
		})
	}
}

// absolute makes the paths of test keys absolute: flags are relative to the
// working folder.
func absolute(t *testing.T, args []string) []string {
	t.Helper()
	var list []string
	for _, arg := range args {
		if strings.HasPrefix(arg, "pki/") {
			full, err := filepath.Abs(filepath.Join(fixtures, arg))
			if err != nil {
				t.Fatal(err)
			}
			if arg = full; filepath.Ext(full) == ".key" {
				arg = privately(t, full)
			}
		}
		list = append(list, arg)
	}
	return list
}

// privately copies a test key, which Git gives to everybody, to where it has the
// mode of a key.
func privately(t *testing.T, key string) string {
	t.Helper()
	text, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(key))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func rendered(t *testing.T, path, stream string) string {
	t.Helper()
	got := call(t, stream, nil, "post-render", "-s", path)
	if got.code != ExitDone {
		t.Fatal(got.stderr)
	}
	return got.out
}

var (
	kindLine = regexp.MustCompile(`(?m)^kind: (\S+)`)
	nameLine = regexp.MustCompile(`(?m)^metadata:(?:\n(?:  .*\n)*?  name: | \{name: )([a-z0-9.-]+)`)
)

// changed lists the objects that differ between two renders, sorted.
func changed(before, after string) []string {
	old, new := strings.Split(before, "\n---\n"), strings.Split(after, "\n---\n")
	if len(old) != len(new) {
		return []string{fmt.Sprintf("%d documents became %d", len(old), len(new))}
	}
	var objects []string
	for i := range old {
		if old[i] != new[i] {
			kind, name := kindLine.FindStringSubmatch(new[i]), nameLine.FindStringSubmatch(new[i])
			if kind == nil || name == nil {
				return []string{"a document without kind or name: " + new[i][:min(200, len(new[i]))]}
			}
			objects = append(objects, kind[1]+" "+name[1])
		}
	}
	slices.Sort(objects)
	return slices.Compact(objects)
}

// TestBackFromEveryPhase: one step back from each phase, right after entering
// it, with all that can be vouched for; and then forward again.
func TestBackFromEveryPhase(t *testing.T) {
	all := []string{"BUNDLE-DELIVERED", "BUNDLE-LOADED", "IDENTITY-LOADED", "ISSUER-LOADED", "LEAVES-RENEWED", "RETIRED-GONE", "WEBHOOK-CA-DELIVERED", "WEBHOOK-CERT-SERVED", "DELIVERED-ELSEWHERE", "WAVE-DONE"}
	for _, w := range walks[:4] {
		t.Run(w.name, func(t *testing.T) {
			path := walkState(t, w.state)
			at := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
			run := func(args ...string) result {
				at = at.Add(25 * time.Hour)
				args = append(args, "-s", path, "--because", "seen in the test")
				for _, n := range all {
					args = append(args, "--assume", n)
				}
				return callAt(t, at, "", nil, args...)
			}
			if got := run(append([]string{"start"}, absolute(t, w.start)...)...); got.code != ExitDone {
				t.Fatal(got.stderr)
			}
			for i := 1; i < len(w.steps)-1; i++ {
				for _, verb := range []string{"advance", "back", "advance"} {
					before, _ := os.ReadFile(path)
					if got := run(verb); got.code != ExitDone {
						t.Fatalf("%s at %s: %s", verb, w.steps[i].phase, got.stderr)
					}
					after, _ := os.ReadFile(path)
					if epochOf(t, after) != epochOf(t, before)+1 {
						t.Errorf("%s: the epoch does not grow by one", verb)
					}
				}
			}
		})
	}
}

func epochOf(t *testing.T, text []byte) int64 {
	t.Helper()
	s, err := state.Parse("rotation.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return s.Status.Epoch
}
