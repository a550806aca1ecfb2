package state

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// sample is a state file with a comment in every corner; its certificates are
// PEM of a few words.
func sample(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/rotation.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// changed is the sample with pairs of old and new text replaced, each exactly once.
func changed(t testing.TB, pairs ...string) []byte {
	t.Helper()
	text := string(sample(t))
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(text, pairs[i]); n != 1 {
			t.Fatalf("%q stands %d times in the sample", pairs[i], n)
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return []byte(text)
}

// said lists the problems of an error, one line each.
func said(err error) []string {
	var lines []string
	for _, p := range problem.Of(err) {
		lines = append(lines, p.Error())
	}
	return lines
}

func mustParse(t testing.TB, data []byte) *Rotation {
	t.Helper()
	r, err := Parse("rotation.yaml", data)
	if err != nil {
		t.Fatal(strings.Join(said(err), "\n"))
	}
	return r
}

func TestParseReadsEveryField(t *testing.T) {
	r := mustParse(t, sample(t))
	got := fmt.Sprintln(
		r.Metadata.Name, r.Metadata.Annotations, r.Spec.Linkerd.Version, r.Spec.Leaf, r.Spec.Validity.Anchor,
		r.Spec.Links, r.Spec.Outputs, r.Status.Epoch, r.Status.Phase, *r.Status.Rotation,
		r.Status.Anchors[1].Name, r.Status.Issuers[0].Key, len(r.Status.Webhooks), r.Status.Wave, r.Status.Log[0].At)
	want := "prod map[config.kubernetes.io/local-config:true] 2.18 {24h 20s} 87600h" +
		" [{east ../east/rotation.yaml }] [{values values.yaml external       []       map[] <nil>} {component component/kustomization.yaml        []       map[] <nil>}]" +
		" 1 anchor-added {anchor bundle } 2026 keys/2025-1.age 2 <nil> 2026-11-03T09:30:00Z\n"
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if strings.HasSuffix(r.Status.Anchors[1].Certificate, "\n") || !strings.HasSuffix(r.Status.Anchors[0].Certificate, "-----\n") {
		t.Error("the final newline of a certificate is not the one that the file has")
	}
}

func TestParseRefusesText(t *testing.T) {
	bomb := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat("*"+string(c-1)+",", 9), ","))
	}
	tests := []struct {
		name string
		data []byte
		want string // beginning of the first problem
	}{
		{"empty", nil, "f: the state file holds no document"},
		{"comments only", []byte("# nothing\n\n# here\n"), "f: the state file holds no document"},
		{"separator only", []byte("---\n"), "f: the state file holds no document"},
		{"a null", []byte("~\n"), "f:1:1: a mapping is wanted here, not nothing"},
		{"a text", []byte("hello\n"), "f:1:1: a mapping is wanted here, not text"},
		{"a list", []byte("- a\n"), "f:1:1: a mapping is wanted here, not a list"},
		{"second document", append(sample(t), "---\na: 1\n"...), "f:82:1: a second document begins here"},
		{"second document, empty", append(sample(t), "---\n"...), "f:82:1: a second document begins here"},
		{"unclosed quote", changed(t, `"2.18"`, `"2.18`), "f:29:12: is not valid YAML: "},
		{"tab in the indentation", changed(t, "    namespace: linkerd\n", "\t namespace: linkerd\n"), "f:10:1: the indentation has a tab"},
		{"NUL", append(sample(t), 0), "f:82:1: is not valid YAML: it has a control character"},
		{"not UTF-8", changed(t, "# ours", "# \xff"), "f:35:20: is not UTF-8 text at byte"},
		{"UTF-16", []byte("a\x00:\x00 \x00b\x00"), "f:1:2: is not valid YAML: it has a control character"},
		{"4 MiB and a byte", bytes.Repeat([]byte("#"), MaxSize+1), "f: the state file has 4194305 bytes; at most 4194304 are read"},
		{"4 MiB", bytes.Repeat([]byte("#"), MaxSize), "f: the state file holds no document"},
		{"alias bomb", []byte(bomb), "f:"},
		{"brackets without end", bytes.Repeat([]byte("["), 100_000), "f:"},
		{"deep brackets", append(append([]byte("a: "), bytes.Repeat([]byte("["), 5000)...), bytes.Repeat([]byte("]"), 5000)...), "f:"},
		{"YAML of version 1.2 only", changed(t, `"2.18"`, `"2\/18"`), "f: Kubernetes' YAML 1.1 reader does not take this file"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := Parse("f", test.data)
			if r != nil || err == nil {
				t.Fatal("accepted")
			}
			if lines := said(err); !strings.HasPrefix(lines[0], test.want) {
				t.Errorf("got  %s\nwant %s", lines[0], test.want)
			}
		})
	}
}

func TestParseAcceptsLayouts(t *testing.T) {
	tests := map[string][]byte{
		"CRLF":                  bytes.ReplaceAll(sample(t), []byte("\n"), []byte("\r\n")),
		"no final newline":      bytes.TrimSuffix(sample(t), []byte("\n")),
		"separator in front":    append([]byte("---\n"), sample(t)...),
		"end marker":            append(sample(t), "...\n"...),
		"byte order mark":       append([]byte("\ufeff"), sample(t)...),
		"tab before a comment":  changed(t, `"2.18" #`, "\"2.18\"\t#"),
		"core tag spelled out":  changed(t, `"2.18"`, `!!str "2.18"`),
		"quoted keys":           changed(t, "  epoch: 1\n  phase", "  \"epoch\": 1\n  'phase'"),
		"extra anchor":          changed(t, "  issuers:", "  - {name: friend, role: extra, certificate: \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\"}\n  issuers:"),
		"comment in front of a": changed(t, "certificate: |\n", "certificate: |\n      # CN=old root\n"),
	}
	for name, data := range tests {
		t.Run(name, func(t *testing.T) { mustParse(t, data) })
	}
}

func TestParseRefusesShapes(t *testing.T) {
	tests := []struct {
		name  string
		pairs []string
		want  []string
	}{
		{"unknown key", []string{"    namespace: linkerd\n", "    colour: red\n"},
			[]string{`f:10:5: spec.linkerd.colour: there is no key "colour" here`}},
		{"wrong case", []string{"  phase: anchor-added #", "  Phase: anchor-added #"},
			[]string{`f:25:3: status.Phase: there is no key "Phase" here`}},
		{"misspelt", []string{"  custody:", "  custdoy:"},
			[]string{`f:15:3: spec.custdoy: there is no key "custdoy" here`}},
		{"duplicate", []string{"  epoch: 1\n  phase", "  epoch: 1\n  epoch: 2\n  phase"},
			[]string{`f:25:3: status.epoch: key "epoch" is set twice; the first one is on line 24`}},
		{"missing", []string{"  name: prod\n", ""},
			[]string{`f:5:3: metadata.name: the key "name" is missing`}},
		{"whole section missing", []string{"apiVersion: l5d-pki-render/v1alpha1\n", ""},
			[]string{`f:2:1: apiVersion: the key "apiVersion" is missing`}},
		{"float", []string{`"2.18" #`, "2.20 #"},
			[]string{`f:9:14: spec.linkerd.version: "2.20" without quotes is read as a number; text is wanted here`}},
		{"YAML 1.1 boolean", []string{"namespace: linkerd", "namespace: no"},
			[]string{`f:10:16: spec.linkerd.namespace: "no" without quotes is read as a truth value by Kubernetes; text is wanted here`}},
		{"YAML 1.2 boolean", []string{"namespace: linkerd", "namespace: true"},
			[]string{`f:10:16: spec.linkerd.namespace: "true" without quotes is read as a truth value; text is wanted here`}},
		{"on", []string{"namespace: linkerd", "namespace: on"},
			[]string{`f:10:16: spec.linkerd.namespace: "on" without quotes is read as a truth value by Kubernetes; text is wanted here`}},
		{"exponent", []string{"namespace: linkerd", "namespace: 1e3"},
			[]string{`f:10:16: spec.linkerd.namespace: "1e3" without quotes is read as a number; text is wanted here`}},
		{"octal", []string{"namespace: linkerd", "namespace: 0777"},
			[]string{`f:10:16: spec.linkerd.namespace: "0777" without quotes is read as a number; text is wanted here`}},
		{"date", []string{`"2026-11-03T09:30:00Z"`, "2026-11-03T09:30:00Z"},
			[]string{`f:76:9: status.log[0].at: "2026-11-03T09:30:00Z" without quotes is read as a date; text is wanted here`}},
		{"annotation value", []string{`local-config: "true"`, "local-config: true"},
			[]string{`f:6:52: metadata.annotations["config.kubernetes.io/local-config"]: "true" without quotes is read as a truth value; text is wanted here`}},
		{"annotation key", []string{"{config.kubernetes.io/local-config:", "{yes:"},
			[]string{`f:6:17: metadata.annotations.yes: "yes" without quotes is read as something else; text is wanted here`}},
		{"null", []string{"namespace: linkerd", "namespace:"},
			[]string{`f:10:15: spec.linkerd.namespace: text is wanted here, not nothing`}},
		{"null list", []string{"  retired: []", "  retired:"},
			[]string{`f:72:11: status.retired: a list is wanted here, not nothing`}},
		{"list for mapping", []string{"{kind: age}", "[age]"},
			[]string{`f:15:12: spec.custody: a mapping is wanted here, not a list`}},
		{"mapping for list", []string{"  retired: []", "  retired: {}"},
			[]string{`f:72:12: status.retired: a list is wanted here, not a mapping`}},
		{"text for boolean", []string{"rollControlPlane: false", `rollControlPlane: "false"`},
			[]string{`f:11:23: spec.linkerd.rollControlPlane: true or false is wanted here, not text`}},
		{"YAML 1.1 boolean for boolean", []string{"rollControlPlane: false", `rollControlPlane: no`},
			[]string{`f:11:23: spec.linkerd.rollControlPlane: true or false is wanted here, not text`}},
		{"epoch in quotes", []string{"epoch: 1\n  phase: anchor-added #", "epoch: \"1\"\n  phase: anchor-added #"},
			[]string{`f:24:10: status.epoch: "1" is not a whole number in plain decimal digits`}},
		{"epoch in octal", []string{"epoch: 1\n  phase: anchor-added #", "epoch: 01\n  phase: anchor-added #"},
			[]string{`f:24:10: status.epoch: "01" is not a whole number in plain decimal digits`}},
		{"epoch in hex", []string{"epoch: 1\n  phase: anchor-added #", "epoch: 0x1\n  phase: anchor-added #"},
			[]string{`f:24:10: status.epoch: "0x1" is not a whole number in plain decimal digits`}},
		{"epoch as a fraction", []string{"epoch: 1\n  phase: anchor-added #", "epoch: 1.0\n  phase: anchor-added #"},
			[]string{`f:24:10: status.epoch: "1.0" is not a whole number in plain decimal digits`}},
		{"epoch too large", []string{"epoch: 1\n  phase: anchor-added #", "epoch: 9223372036854775808\n  phase: anchor-added #"},
			[]string{`f:24:10: status.epoch: "9223372036854775808" is not a whole number in plain decimal digits`}},
		{"duration", []string{"lifetime: 24h", "lifetime: 1 day"},
			[]string{`f:12:20: spec.leaf.lifetime: "1 day" is not a length of time above zero`}},
		{"duration as a number", []string{"lifetime: 24h", "lifetime: 24"},
			[]string{`f:12:20: spec.leaf.lifetime: "24" without quotes is read as a number; text is wanted here`}},
		{"duration zero", []string{"clockSkew: 20s", "clockSkew: 0s"},
			[]string{`f:12:36: spec.leaf.clockSkew: "0s" is not a length of time above zero`}},
		{"anchor", []string{"namespace: linkerd", "namespace: &ns linkerd"},
			[]string{`f:10:16: spec.linkerd.namespace: an anchor (&name) is not allowed in a state file`}},
		{"anchor and alias", []string{"name: prod", "name: &n prod", "namespace: linkerd", "namespace: *n"},
			[]string{`f:5:9: metadata.name: an anchor (&name) is not allowed in a state file`,
				`f:10:16: spec.linkerd.namespace: an alias (*name) is not allowed in a state file`}},
		{"merge key", []string{"custody: {kind: age}", "custody: {<<: {kind: age}}"},
			[]string{`f:15:13: spec.custody: a merge key (<<) is not allowed in a state file`}},
		{"tag", []string{"namespace: linkerd", "namespace: !env linkerd"},
			[]string{`f:10:16: spec.linkerd.namespace: a tag (!name) is not allowed in a state file`}},
		{"binary", []string{"namespace: linkerd", "namespace: !!binary bGlua2VyZA=="},
			[]string{`f:10:16: spec.linkerd.namespace: a tag (!name) is not allowed in a state file`}},
		{"number as key", []string{"custody: {kind: age}", "custody: {1: age}"},
			[]string{`f:15:13: spec.custody.1: there is no key "1" here`}},
		{"many at once", []string{"name: prod", "name: Prod", `"2.18" #`, "2.18 #", "custody: {kind: age}", "custody: {kind: gpg}", "epoch: 1\n  phase: anchor-added #", "epoch: -1\n  phase: anchor-added #"},
			[]string{
				`f:5:9: metadata.name: "Prod" is not a DNS label (RFC 1123)`,
				`f:9:14: spec.linkerd.version: "2.18" without quotes is read as a number; text is wanted here`,
				`f:15:19: spec.custody.kind: "gpg" is not one of age, sops, sealed-secret, external-secret, cert-manager, file`,
				`f:24:10: status.epoch: the epoch is -1; it starts at 0 and only grows`,
				`f:74:5: status.log[0]: the last entry says epoch 1 and phase "anchor-added", status says epoch -1 and phase "anchor-added"`,
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("f", changed(t, test.pairs...))
			if diff := cmp.Diff(test.want, said(err)); diff != "" {
				t.Error(diff)
			}
			for _, p := range problem.Of(err) {
				if len(p.Hints) == 0 {
					t.Errorf("no hint: %s", p)
				}
			}
		})
	}
}

func TestProblemsAreCapped(t *testing.T) {
	for name, line := range map[string]string{
		"unknown keys": "key%d: x\n", "one key": "key: %d\n", "anchors": "key%d: &a x\n", "private keys": "# -----BEGIN PRIVATE KEY----- %d\n",
	} {
		data := sample(t)
		for i := range 500 {
			data = fmt.Appendf(data, line, i)
		}
		_, err := Parse("f", data)
		if n := len(problem.Of(err)); n != maxProblems {
			t.Errorf("%s: %d problems", name, n)
		}
	}
}

func TestMeantKeysAreNamed(t *testing.T) {
	tests := map[string]string{"Phase": `write "phase"`, "PHASE": `write "phase"`, "fase": `write "phase"`, "hpase": `write "phase"`, "epooch": `write "epoch"`}
	for wrong, hint := range tests {
		_, err := Parse("f", changed(t, "  retired: []", "  "+wrong+": x"))
		if got := problem.Of(err)[0].Hints; len(got) != 1 || got[0] != hint {
			t.Errorf("%s: hints %q, want %q", wrong, got, hint)
		}
	}
}

func TestPrivateKeysAreRefused(t *testing.T) {
	const body = "MHcCAQEEIIhNQUjzUUs8RJkzPR7Rv8BYzsDZGqFyVPcnGxJbMNaFoAoGCCqGSM49"
	pem := "-----BEGIN EC PRIVATE KEY-----\n      " + body + "\n      -----END EC PRIVATE KEY-----\n"
	tests := map[string]struct {
		pairs []string
		place string
	}{
		"in place of a certificate": {[]string{"    certificate: |\n", "    certificate: |\n      " + pem}, "f:32:7: "},
		"in a comment":              {[]string{"# ours", "# -----BEGIN PRIVATE KEY-----" + body}, "f:35:20: "},
		"as a key path":             {[]string{"key: keys/2025-1.age", `key: "-----BEGIN ENCRYPTED PRIVATE KEY-----\n` + body + `"`}, "f:49:11: "},
		"escaped":                   {[]string{"key: keys/2025-1.age", `key: "-----BEGIN\x20RSA PRIVATE KEY-----\n` + body + `"`}, "f:49:10: status.issuers[0].key: "},
		"base64":                    {[]string{`local-config: "true"`, `local-config: LS0tLS1CRUdJTiBFQyBQUklWQVRFIEtFWS0tLS0tCk1IY0NBUUVFSUloTg==`}, "f:6:52: metadata.annotations[\"config.kubernetes.io/local-config\"]: "},
		"age identity":              {[]string{"key: keys/2025-1.age", "key: AGE-SECRET-KEY-1QQQQ"}, "f:49:10: "},
		"in a broken file":          {[]string{"    certificate: |\n", "    certificate: |\n      " + pem, `"2.18"`, `"2.18`}, "f:32:7: "},
		"as a key":                  {[]string{"  retired: []", "  \"-----BEGIN PRIVATE KEY-----" + body + "\": x"}, "f:72:4: "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("f", changed(t, test.pairs...))
			lines := said(err)
			if want := test.place + "the state file has a private key"; len(lines) == 0 || !strings.HasPrefix(lines[0], want) {
				t.Errorf("got %q, want %q", lines, want)
			}
			for _, line := range lines {
				if strings.Contains(line, body[:8]) {
					t.Errorf("key bytes in a message: %s", line)
				}
			}
		})
	}
}

// A key body that lost its PEM lines is not recognised; it must not be quoted all the same.
func TestMessagesNeverQuoteMaterial(t *testing.T) {
	const body = "MHcCAQEEIIhNQUjzUUs8RJkzPR7Rv8BYzsDZGqFyVPcnGxJbMNaFoAoGCCqGSM49"
	for _, old := range []string{`"2.18"`, "name: prod", "phase: anchor-added #", "kind: age", "why: the anchor of 2025 ends in spring", "clockSkew: 20s",
		"key: keys/2025-1.age", "  retired: []", `"2026-11-03T09:30:00Z"`, "{config.kubernetes.io/local-config:", "strategy: bundle}", "role: outgoing\n    certificate: |\n"} {
		key, _, _ := strings.Cut(old, ":")
		for _, data := range [][]byte{
			changed(t, old, key+": "+body+"/../x\n"),
			changed(t, old, body+": x\n"),
			changed(t, old, key+": ["+body+"]\n"),
		} {
			_, err := Parse("f", data)
			for _, p := range problem.Of(err) {
				if text := p.Error() + strings.Join(p.Hints, " "); strings.Contains(text, body[:16]) {
					t.Errorf("%s: material in a message: %s", old, text)
				}
			}
		}
	}
}
