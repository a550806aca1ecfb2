package state

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// mustUpdate writes next into data and reads it back.
func mustUpdate(t testing.TB, data []byte, next *Rotation) string {
	t.Helper()
	out, err := Update(data, next)
	if err != nil {
		t.Fatal(strings.Join(said(err), "\n"))
	}
	if !mustParse(t, out).Equal(next) {
		t.Fatal("the written file says something else")
	}
	return string(out)
}

// diff is the lines that went (-) and came (+), in order.
func diff(before, after string) []string {
	a, b := strings.Split(before, "\n"), strings.Split(after, "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var lines []string
	for _, line := range a {
		lines = append(lines, "-"+line)
	}
	for _, line := range b {
		lines = append(lines, "+"+line)
	}
	return lines
}

func TestUpdateOfNothing(t *testing.T) {
	for name, data := range map[string][]byte{
		"as it is": sample(t),
		"CRLF":     bytes.ReplaceAll(sample(t), []byte("\n"), []byte("\r\n")),
		"no end":   bytes.TrimSuffix(sample(t), []byte("\n")),
	} {
		if out := mustUpdate(t, data, mustParse(t, data)); out != string(data) {
			t.Errorf("%s: changed", name)
		}
	}
}

func TestUpdateChangesOneLine(t *testing.T) {
	tests := []struct {
		name   string
		change func(r *Rotation)
		want   []string
	}{
		{"epoch", func(r *Rotation) { r.Status.Epoch, r.Status.Log = 2, nil }, []string{
			"-  epoch: 1", "+  epoch: 2"}},
		{"phase", func(r *Rotation) { r.Status.Phase, r.Status.Log = PhaseAnchorSpread, nil }, []string{
			"-  phase: anchor-added # see docs/phases.md", "+  phase: anchor-spread # see docs/phases.md"}},
		{"stamp", func(r *Rotation) { r.Status.Stamp = "0123456789012345" }, []string{
			`-  stamp: ""`, `+  stamp: "0123456789012345"`}},
		{"wave", func(r *Rotation) {
			r.Status.Stamp, r.Status.Wave = "0123456789abcdef", &Wave{Previous: "fedcba9876543210", Namespaces: []string{"emojivoto"}}
		}, []string{`-  stamp: ""`, `-  wave: {}`, `+  stamp: "0123456789abcdef"`, `+  wave:`, `+    previous: fedcba9876543210`, `+    namespaces:`, `+    - emojivoto`}},
		{"issuer key goes", func(r *Rotation) { r.Status.Issuers[0].Key = "" }, []string{"-    key: keys/2025-1.age"}},
		{"issuer key changes", func(r *Rotation) { r.Status.Issuers[0].Key = "keys/a.age" }, []string{"-    key: keys/2025-1.age", "+    key: keys/a.age"}},
		{"anchor key comes", func(r *Rotation) { r.Status.Anchors[0].Key = "keys/a.age" }, []string{"+    key: keys/a.age"}},
		{"namespace comes", func(r *Rotation) { r.Spec.Linkerd.VizNamespace = "viz" }, []string{"+    vizNamespace: viz"}},
		{"boolean", func(r *Rotation) { r.Spec.Linkerd.RollControlPlane = true }, []string{"-    rollControlPlane: false", "+    rollControlPlane: true"}},
		{"duration", func(r *Rotation) { r.Spec.Validity.Anchor = Duration(day) }, []string{"-    anchor: 10y # long on purpose", "+    anchor: 24h # long on purpose"}},
		{"version", func(r *Rotation) { r.Spec.Linkerd.Version = "2.20" }, []string{`-    version: "2.18" # with quotes`, `+    version: "2.20" # with quotes`}},
		{"retired", func(r *Rotation) {
			r.Status.Retired = []Anchor{{Name: "2024", Certificate: fakePEM("x")}}
		}, []string{"-  retired: []", "+  retired:", `+  - name: "2024"`, "+    certificate: |", "+      -----BEGIN CERTIFICATE-----", "+      bm90IGEgcmVhbCBjZXJ0aWZpY2F0ZTogeA==", "+      -----END CERTIFICATE-----"}},
		{"webhook's caBundle in flow style", func(r *Rotation) {
			r.Status.Webhooks[WebhookTap] = Webhook{CABundle: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}
		}, []string{
			`-    tap: {caBundle: "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBjZXJ0aWZpY2F0ZTogdGFwIGNh\n-----END CERTIFICATE-----"}`,
			`+    tap: {caBundle: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}`}},
		{"webhook goes", func(r *Rotation) { delete(r.Status.Webhooks, WebhookTap) }, []string{
			`-    tap: {caBundle: "-----BEGIN CERTIFICATE-----\nbm90IGEgcmVhbCBjZXJ0aWZpY2F0ZTogdGFwIGNh\n-----END CERTIFICATE-----"}`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			next := mustParse(t, sample(t))
			test.change(next)
			if next.Status.Log == nil {
				next.Status.Log = logOf(next, 1)
				next.Status.Log[0].At = "2026-11-03T09:30:00Z"
			}
			out := mustUpdate(t, sample(t), next)
			log := strings.Index(out, "  log:")
			if d := cmp.Diff(test.want, diff(string(sample(t))[:strings.Index(string(sample(t)), "  log:")], out[:log])); d != "" {
				t.Error(d)
			}
		})
	}
}

// A whole rotation written step by step keeps every comment, and what it
// touched is what changed.
func TestUpdateThroughARotation(t *testing.T) {
	text := string(sample(t))
	r := mustParse(t, sample(t))
	move := func(phase string, change func(s *Status)) {
		t.Helper()
		r = r.Clone()
		r.Status.Epoch++
		r.Status.Phase = phase
		if change != nil {
			change(&r.Status)
		}
		r.Status.Log = Append(r.Status.Log, entryOf(r, "it was \"time\": #1"))
		text = mustUpdate(t, []byte(text), r)
	}
	move(PhaseAnchorSpread, func(s *Status) { s.Stamp = "0011223344556677" })
	move(PhaseIssuerSwitched, nil)
	move(PhaseIssuerSpread, func(s *Status) { s.Rotation.Leaves = LeavesWaited })
	move(PhaseAnchorDropped, nil)
	move(PhaseStable, func(s *Status) {
		s.Retired = []Anchor{s.Anchors[0]}
		s.Retired[0].Role = ""
		s.Anchors, s.Issuers, s.Rotation = s.Anchors[1:], s.Issuers[1:], nil
		s.Anchors[0].Role, s.Issuers[0].Role = RoleCurrent, RoleCurrent
	})
	for _, comment := range []string{"# The production mesh.", "# kustomize leaves it alone", "# with quotes", "# long on purpose", "# Written by the tool.", "# see docs/phases.md", "# The anchor of the old team.", "# ours", "# The end."} {
		if strings.Count(text, comment) != 1 {
			t.Errorf("comment %q stands %d times", comment, strings.Count(text, comment))
		}
	}
	if head, _, _ := strings.Cut(string(sample(t)), "status:"); !strings.HasPrefix(text, head) {
		t.Error("spec changed")
	}
	move(PhaseAnchorAdded, func(s *Status) {
		s.Rotation = &Progress{Kind: KindAnchor, Strategy: StrategyBundle}
		s.Anchors[0].Role, s.Issuers[0].Role = RoleOutgoing, RoleOutgoing
		s.Anchors = append(s.Anchors, Anchor{Name: "2027", Role: RoleIncoming, Certificate: fakePEM("anchor 2027")})
		s.Issuers = append(s.Issuers, Issuer{Name: "2027-1", Role: RoleIncoming, Certificate: fakePEM("issuer 2027")})
	})
	if !strings.Contains(text, "  phase: anchor-added # see docs/phases.md\n  rotation:\n    kind: anchor\n    strategy: bundle\n  anchors:\n") {
		t.Errorf("the rotation is not in its place:\n%s", text[strings.Index(text, "status:"):][:200])
	}
}

func TestUpdateOfOddLayouts(t *testing.T) {
	next := func(t *testing.T, data []byte) *Rotation {
		r := mustParse(t, data)
		r.Status.Phase, r.Status.Epoch, r.Status.Stamp = PhaseIssuerSpread, 5, "0123456789abcdef"
		r.Status.Rotation.Leaves = LeavesWave
		r.Status.Anchors = slices.Insert(r.Status.Anchors, 1, Anchor{Name: "x", Role: RoleExtra, Certificate: fakePEM("x")})
		r.Status.Webhooks[WebhookJaeger] = Webhook{CABundle: fakePEM("jaeger")}
		r.Status.Log = Append(r.Status.Log, entryOf(r, "y"))
		return r
	}
	block := sample(t)
	marshalled, err := Marshal(mustParse(t, block))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string][]byte{
		"block":                block,
		"CRLF":                 bytes.ReplaceAll(block, []byte("\n"), []byte("\r\n")),
		"no final newline":     bytes.TrimSuffix(block, []byte("\n# The end.\n")),
		"written by ourselves": marshalled,
		"JSON":                 asJSON(t, block),
		"a flow list":          changed(t, "  retired: []\n  log:\n  - epoch: 1\n    phase: anchor-added\n    at: \"2026-11-03T09:30:00Z\"\n    move: start\n    kind: anchor\n    strategy: bundle\n    why: the anchor of 2025 ends in spring\n", "  retired: []\n  log: [{epoch: 1, phase: anchor-added, at: \"2026-11-03T09:30:00Z\", move: start, kind: anchor, strategy: bundle, why: x}] # short\n"),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) { mustUpdate(t, data, next(t, data)) })
	}
}

// asJSON is the same state as one line of JSON, which is YAML, too.
func asJSON(t *testing.T, data []byte) []byte {
	t.Helper()
	seen, err := kubernetesView(data)
	if err != nil {
		t.Fatal(err)
	}
	text, wrong := json.Marshal(seen)
	if wrong != nil {
		t.Fatal(wrong)
	}
	return text
}

func TestUpdateRefuses(t *testing.T) {
	next := mustParse(t, sample(t))
	next.Status.Phase = PhaseStable
	if out, err := Update(sample(t), next); err == nil || out != nil {
		t.Error("an invalid state was written")
	}
	if out, err := Update([]byte("a: 1\n"), mustParse(t, sample(t))); err == nil || out != nil {
		t.Error("a broken file was written to")
	}
}

func TestMarshal(t *testing.T) {
	r := mustParse(t, sample(t))
	out, err := Marshal(r)
	if err != nil {
		t.Fatal(said(err))
	}
	again, err := Marshal(mustParse(t, out))
	if err != nil || !bytes.Equal(out, again) {
		t.Error("Marshal of what Marshal wrote differs", err)
	}
	for _, want := range []string{
		"# A Linkerd PKI rotation.", "\napiVersion: l5d-pki-render/v1alpha1\nkind: Rotation\nmetadata:\n  name: prod\n  annotations:\n    config.kubernetes.io/local-config: \"true\"\nspec:\n  linkerd:\n    version: \"2.18\"\n    namespace: linkerd\n",
		"\n  - name: \"2026\"\n    role: incoming\n    certificate: |-\n      -----BEGIN CERTIFICATE-----\n", "\n  stamp: \"\"\n  wave: {}\n  adoptedBundle: \"\"\n  retired: []\n  log:\n  - epoch: 1\n",
		"    why: \"the anchor of 2025 ends in spring\"\n",
	} {
		if !strings.Contains(string(out), want) {
			t.Errorf("missing %q in\n%s", want, out)
		}
	}
	if _, err := Marshal(&Rotation{}); err == nil {
		t.Error("an empty state was written")
	}
}

// Texts that YAML readers take for something else, or lay out anew.
var hardTexts = []string{"", " ", "no", "Y", "on", "null", "~", "0777", "1e3", ".inf", "2026-01-01", "2.20", "a: b", "a #b", "#a", "- a", "? a", "{a}", "[a]", "*a", "&a", "!a", "|", ">", "%a", "@a", "`a",
	"'", "\"", "\\", "a\nb", "a\n", "\na", "a\n\n", " a\nb", "a \nb", "a\tb", "\ta", "\tb\na", "\r", "a\r\nb", "\x01", "\x7f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffd", "é", "漢", "😀", "\U000E0001", "---", "--- a", "...", "a: |", "<<", "=", "1:30", "1_000", "0x10", "0o7", "+1", "True", "yes ", "<&>"}

func TestHardTextsSurvive(t *testing.T) {
	for _, text := range hardTexts {
		r := at("", "", PhaseStable)
		r.Metadata.Annotations = map[string]string{"a": text, "k" + text: "v", text: "v"}
		r.Status.Log = logOf(r, 1)
		r.Status.Log[0].Why = text
		out, err := Marshal(r)
		if err != nil {
			t.Errorf("%q: %v", text, said(err))
			continue
		}
		if !mustParse(t, out).Equal(r) {
			t.Errorf("%q reads back as something else", text)
		}
		next := mustParse(t, sample(t))
		next.Status.Log[0].Why = text
		next.Metadata.Annotations["config.kubernetes.io/local-config"] = text
		mustUpdate(t, sample(t), next)
	}
}

// Any sequence of edits that leaves the state valid can be written, and comments
// that stand outside of removed items stay.
func TestUpdateProperty(t *testing.T) {
	original := sample(t)
	rapid.Check(t, func(t *rapid.T) {
		data := original
		for range rapid.IntRange(1, 4).Draw(t, "steps") {
			now, err := Parse("", data)
			if err != nil {
				t.Fatal(said(err))
			}
			next := now.Clone()
			scramble(t, next)
			if err := next.Validate(); err != nil {
				t.Fatalf("scrambled into an invalid state: %v", said(err))
			}
			out, err := Update(data, next)
			if err != nil {
				t.Fatalf("%v\n%s", said(err), data)
			}
			if again, err := Update(out, next); err != nil || !bytes.Equal(again, out) {
				t.Fatal("a second update of the same state changes the file")
			}
			for _, comment := range []string{"# The production mesh.", "# with quotes", "# Written by the tool.", "# see docs/phases.md", "# The end."} {
				if !bytes.Contains(out, []byte(comment)) {
					t.Fatalf("comment %q is lost:\n%s", comment, out)
				}
			}
			data = out
		}
	})
}

// scramble makes a few random changes that keep a state valid.
func scramble(t *rapid.T, r *Rotation) {
	s := &r.Status
	word := rapid.SampledFrom([]string{"a", "b-1", "2026", "no", "1e3"})
	pem := rapid.Map(word, fakePEM)
	changes := map[string]func(){
		"epoch": func() { s.Epoch += int64(rapid.IntRange(1, 100).Draw(t, "by")); s.Log = nil },
		"phase": func() {
			s.Phase = rapid.SampledFrom([]string{PhaseAnchorAdded, PhaseIssuerSwitched, PhaseAnchorDropped}).Draw(t, "phase")
			s.Log = nil
			s.Rotation.Leaves = ""
		},
		"leaves": func() {
			s.Phase, s.Log = PhaseIssuerSpread, nil
			s.Rotation.Leaves = rapid.SampledFrom(LeavesWays).Draw(t, "leaves")
		},
		"stamp": func() { s.Stamp = fmt.Sprintf("%016x", rapid.Uint64().Draw(t, "stamp")); s.Wave = nil },
		"wave": func() {
			s.Stamp = "aaaaaaaaaaaaaaaa"
			s.Wave = &Wave{Previous: "bbbbbbbbbbbbbbbb", Namespaces: rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9]{1,5}`), 0, 4, rapid.ID).Draw(t, "namespaces")}
		},
		"no wave": func() { s.Wave = nil },
		"extra": func() {
			s.Anchors = slices.DeleteFunc(s.Anchors, func(a Anchor) bool { return a.Role == RoleExtra })
			i := rapid.IntRange(0, len(s.Anchors)).Draw(t, "place")
			s.Anchors = slices.Insert(s.Anchors, i, Anchor{Name: "extra", Role: RoleExtra, Certificate: pem.Draw(t, "pem")})
		},
		"certificate": func() { s.Issuers[0].Certificate = pem.Draw(t, "issuer") + pem.Draw(t, "cross") },
		"key":         func() { s.Anchors[0].Key = rapid.SampledFrom([]string{"", "keys/a.age", "no", "../x"}).Draw(t, "key") },
		"names": func() {
			if name := "i" + word.Draw(t, "name"); name != s.Issuers[1].Name {
				s.Issuers[0].Name = name
			}
		},
		"swap issuers": func() { slices.Reverse(s.Issuers) },
		"retire": func() {
			s.Retired = append(s.Retired, Anchor{Name: word.Draw(t, "name"), Certificate: pem.Draw(t, "pem")})
		},
		"forget": func() { s.Retired = nil },
		"webhook": func() {
			s.Webhooks[rapid.SampledFrom(WebhookKeys).Draw(t, "key")] = Webhook{CABundle: pem.Draw(t, "pem")}
		},
		"no webhook": func() { delete(s.Webhooks, rapid.SampledFrom(WebhookKeys).Draw(t, "key")) },
		"log": func() {
			s.Log = Append(s.Log, entryOf(r, rapid.SampledFrom(hardTexts).Draw(t, "why")))
		},
		"links": func() {
			r.Spec.Links = append(r.Spec.Links[:0:0], Link{Name: word.Draw(t, "name"), Observation: "o.yaml"})
		},
		"outputs": func() { r.Spec.Outputs = rapid.Permutation(r.Spec.Outputs).Draw(t, "outputs") },
		"labels": func() {
			r.Metadata.Labels = map[string]string{word.Draw(t, "key"): rapid.SampledFrom(hardTexts).Draw(t, "value")}
		},
		"leaf":  func() { r.Spec.Leaf.Lifetime = Duration(rapid.Int64Range(0, 1e15).Draw(t, "lifetime")) },
		"bools": func() { r.Spec.Linkerd.ExternalCA = rapid.Bool().Draw(t, "externalCA") },
	}
	if s.Webhooks == nil {
		s.Webhooks = map[string]Webhook{}
	}
	names := make([]string, 0, len(changes))
	for name := range changes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range rapid.SliceOfN(rapid.SampledFrom(names), 1, 5).Draw(t, "changes") {
		changes[name]()
	}
	if n := len(s.Log); n > 0 && (s.Log[n-1].Epoch != s.Epoch || s.Log[n-1].Phase != s.Phase) {
		s.Log = nil
	}
}
