package cli

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// edit makes a bad input from a good one.
type edit func(t testing.TB, good string) string

func same(_ testing.TB, s string) string { return s }

func replace(from, to string) edit {
	return func(t testing.TB, s string) string {
		t.Helper()
		if !strings.Contains(s, from) {
			t.Fatalf("the good input has no %q", from)
		}
		return strings.Replace(s, from, to, 1)
	}
}

func with(text string) edit { return func(testing.TB, string) string { return text } }

func add(text string) edit { return func(_ testing.TB, s string) string { return s + text } }

// swap puts one test certificate in the place of another.
func swap(from, to string) edit {
	return func(t testing.TB, s string) string {
		t.Helper()
		return replace(blocks(t, from, s), blocks(t, to, s))(t, s)
	}
}

// blocks is a certificate's body as it stands in text, indented by its first line.
func blocks(t testing.TB, name, text string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(readFixture(t, "pki", name+".crt")), "\n")
	indent := "      "
	if strings.Contains(text, "        "+lines[1]) {
		indent = "        "
	}
	return strings.Join(lines, "\n"+indent)
}

// drop removes the document that holds the text.
func drop(holds string) edit {
	return func(t testing.TB, s string) string {
		t.Helper()
		documents := strings.SplitAfter(s, "\n---\n")
		for i, d := range documents {
			if strings.Contains(d, holds) {
				return strings.Join(append(documents[:i:i], documents[i+1:]...), "")
			}
		}
		t.Fatalf("no document holds %q", holds)
		return ""
	}
}

// double repeats the document that holds the text.
func double(holds string) edit {
	return func(t testing.TB, s string) string {
		t.Helper()
		for _, d := range strings.SplitAfter(s, "\n---\n") {
			if strings.Contains(d, holds) {
				return s + "---\n" + strings.TrimSuffix(d, "---\n")
			}
		}
		t.Fatalf("no document holds %q", holds)
		return ""
	}
}

// refusals: what is wrong, the code and a part of the first line.
var refusals = []struct {
	name   string
	state  edit
	stream edit
	args   []string
	code   string
	says   string
}{
	// The state file as text.
	{"empty state file", with(""), same, nil, "state-", "rotation.yaml"},
	{"only comments", with("# nothing\n"), same, nil, "state-", "rotation.yaml"},
	{"two documents", add("---\nkind: Rotation\n"), same, nil, "", "document"},
	{"a tab", replace("  name: prod", "\tname: prod"), same, nil, "", "tab"},
	{"invalid UTF-8 in the state", replace("name: prod", "name: \xff\xfe"), same, nil, "", "UTF-8"},
	{"unknown key", replace("  epoch: 1", "  epoch: 1\n  epochs: 2"), same, nil, "state-unknown-key", "epochs"},
	{"wrongly cased key", replace("  phase: anchor-added", "  Phase: anchor-added"), same, nil, "state-unknown-key", "Phase"},
	{"duplicate key", replace("  epoch: 1", "  epoch: 1\n  epoch: 1"), same, nil, "state-duplicate-key", "epoch"},
	{"version without quotes", replace(`"2.14.10"`, "2.20"), same, nil, "", "spec.linkerd.version"},
	{"unknown version", replace(`"2.14.10"`, `"2.9.4"`), same, nil, "", "2.9.4"},
	{"future version", replace(`"2.14.10"`, `"3.1"`), same, nil, "", "3.1"},
	{"another kind", replace("kind: Rotation", "kind: Rotations"), same, nil, "", "kind"},
	{"another apiVersion", replace("v1alpha1", "v1"), same, nil, "", "apiVersion"},
	{"a YAML bomb", replace("metadata:\n  name: prod", "metadata:\n  name: prod\n  labels: {a: &a x, b: *a}"), same, nil, "", "metadata.labels"},
	{"no name", replace("  name: prod", "  name: \"\""), same, nil, "", "metadata.name"},
	{"epoch below zero", replace("epoch: 1", "epoch: -1"), same, nil, "", "status.epoch"},
	{"unknown custody", replace("kind: file", "kind: pocket"), same, nil, "", "pocket"},
	{"keys asked for that are not sealed", replace("kind: file", "kind: age"), same, []string{"--with-keys"}, "custody-foreign-file", "key"},
	{"a field of another custody", replace("kind: file", "kind: file, recipients: [age1x]"), same, nil, "state-custody-field", "spec.custody.recipients"},
	{"a recipient that is none", replace("kind: file", "kind: age, recipients: [me]"), same, nil, "state-recipients", "spec.custody.recipients"},
	{"a private key in the state", add("# -----BEGIN EC PRIVATE KEY-----\n"), same, nil, "state-private-key", "private key"},
	{"a bad trust domain", replace("    version:", "    trustDomain: Not_A_Domain\n    version:"), same, nil, "", "trustDomain"},
	{"a bad namespace", replace("    version:", "    namespace: UPPER\n    version:"), same, nil, "", "namespace"},
	{"a bad schedule", replace("    version:", "    heartbeatSchedule: sometimes\n    version:"), same, nil, "", "heartbeatSchedule"},

	// Phase and roles.
	{"unknown phase", replace("phase: anchor-added", "phase: anchor-addled"), same, nil, "", "anchor-addled"},
	{"a phase of another strategy", replace("phase: anchor-added", "phase: anchor-swapped"), same, nil, "", "anchor-swapped"},
	{"stable with a rotation", replace("phase: anchor-added", "phase: stable"), same, nil, "", "stable"},
	{"a phase without a rotation", replace("  rotation: {kind: anchor, strategy: bundle}\n", ""), same, nil, "", "rotation"},
	{"two outgoing anchors", replace("    role: incoming", "    role: outgoing"), same, nil, "", "outgoing"},
	{"an unknown role", replace("    role: incoming", "    role: next"), same, nil, "", "next"},
	{"two anchors of one name", replace(`- name: "2026"`, `- name: "2025"`), same, nil, "", "2025"},
	{"stamp that is none", replace("  epoch: 1", "  epoch: 1\n  stamp: now"), same, nil, "", "status.stamp"},
	{"broken log chain", replace("  epoch: 1", "  epoch: 1\n  log:\n  - {epoch: 1, phase: anchor-added, at: \"2026-01-01T00:00:00Z\", move: start, kind: anchor, strategy: bundle, previous: \"00\"}"), same, nil, "", "status.log"},
	{"log of another phase", replace("  epoch: 1", "  epoch: 1\n  log:\n  - {epoch: 1, phase: stable, at: \"2026-01-01T00:00:00Z\", move: adopt}"), same, nil, "", "status.log"},
	{"an absolute key path", replace("key: pki/issuer-2025-1.key", "key: ../../../../../../../../etc/key"), same, nil, "", "key"},

	// Certificates and keys.
	{"damaged certificate", replace("-----END CERTIFICATE-----", "-----END CERTIFICAT-----"), same, nil, "state-damaged-pem", "status.anchors[0].certificate"},
	{"truncated base64", replace("MII", "MI"), same, nil, "state-damaged-pem", "status.anchors[0].certificate"},
	{"a leaf in the bundle", swap("anchor-2026", "hostile-not-ca-issuer"), same, nil, "pki-", "status.anchors[1]"},
	{"the same anchor twice", swap("anchor-2026", "anchor-2025"), same, nil, "", "status.anchors"},
	{"issuer under another anchor", swap("issuer-2025-1", "issuer-rsa"), same, nil, "pki-", "status.issuers[0]"},
	{"forged issuer", swap("issuer-2025-1", "hostile-forged-issuer"), same, nil, "pki-", "status.issuers[0]"},
	{"issuer that is no CA", swap("issuer-2025-1", "hostile-not-ca-issuer"), same, nil, "pki-", "status.issuers[0]"},
	{"key of another issuer", replace("pki/issuer-2025-1.key", "pki/issuer-2026-1.key"), same, nil, "render-foreign-key", "issuer-2026-1.key"},
	{"key file that is a certificate", replace("pki/issuer-2025-1.key", "pki/issuer-2025-1.crt"), same, nil, "pki-", "issuer-2025-1.crt"},
	{"key file that is absent", replace("pki/issuer-2025-1.key", "pki/nowhere.key"), same, nil, "custody-key-file-missing", "nowhere.key"},
	{"key of another webhook", replace("pki/proxy-injector.key", "pki/tap.key"), same, nil, "render-foreign-key", "tap.key"},
	{"no key named", replace("    key: pki/issuer-2025-1.key\n", ""), same, nil, "", "status.issuers[0]"},
	{"adopted bundle that differs", replace("  epoch: 1", "  epoch: 0\n  adoptedBundle: \"-----BEGIN CERTIFICATE-----\""), same, nil, "", "status.adoptedBundle"},

	// The stream.
	{"empty stdin", same, with(""), nil, "render-empty-stream", "empty"},
	{"blank stdin", same, with("\n\n"), nil, "render-empty-stream", "empty"},
	{"comments only", same, with("---\n# Source: a\n"), nil, "render-nothing", "none of"},
	{"another chart", same, with("---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n"), nil, "render-nothing", "none of"},
	{"cut inside a line", same, func(_ testing.TB, s string) string { return s[:len(s)-3] }, nil, "render-cut-stream", "cut"},
	{"cut inside a document", same, func(_ testing.TB, s string) string {
		return s[:strings.Index(s, "metadata:\n  name: linkerd-proxy-injector-webhook-config")]
	}, nil, "render-cut-document", "metadata.name"},
	{"cut before the trust roots", same, func(_ testing.TB, s string) string {
		return s[:strings.LastIndex(s[:strings.Index(s, "name: linkerd-identity-trust-roots")], "\n---\n")+1]
	}, nil, "render-missing-target", "no document matches"},
	{"a NUL byte", same, replace("kind: Secret", "kind: Sec\x00ret"), nil, "render-not-text", "NUL"},
	{"invalid UTF-8 in the stream", same, replace("kind: Secret", "kind: Sec\xffret"), nil, "render-not-text", "UTF-8"},
	{"no trust roots", same, drop("name: linkerd-identity-trust-roots"), nil, "render-missing-target", "ConfigMap linkerd/linkerd-identity-trust-roots"},
	{"no linkerd-config", same, drop("name: linkerd-config"), nil, "render-missing-target", "ConfigMap linkerd/linkerd-config"},
	{"no issuer Secret", same, drop("name: linkerd-identity-issuer"), nil, "render-missing-target", "Secret linkerd/linkerd-identity-issuer"},
	{"no destination", same, drop("name: linkerd-destination"), nil, "render-missing-target", "Deployment linkerd/linkerd-destination"},
	{"two trust roots", same, double("name: linkerd-identity-trust-roots"), nil, "render-doubled-target", "ConfigMap linkerd/linkerd-identity-trust-roots"},
	{"two webhook configurations", same, double("name: linkerd-proxy-injector-webhook-config"), nil, "render-doubled-target", "MutatingWebhookConfiguration"},
	{"no bundle hash", same, replace("        linkerd.io/trust-root-sha256: \"0\"\n", ""), nil, "render-missing-field", "trust-root-sha256"},
	{"no schedule", same, replace("  schedule: \"30 19 * * *\"\n", "  suspend: true\n"), nil, "render-missing-field", "spec.schedule"},
	{"another family", same, replace("linkerdVersion: stable-2.14.10", "linkerdVersion: stable-2.11.5"), nil, "render-other-family", "stable-2.11.5"},
	{"another scheme", same, replace("scheme: linkerd.io/tls", "scheme: kubernetes.io/tls"), nil, "render-other-scheme", "kubernetes.io/tls"},
	{"leaves that live longer than the state says", same, replace("scheme: linkerd.io/tls", "scheme: linkerd.io/tls\n        issuanceLifetime: 24h0m1s"), nil, "render-long-leaf", "identity.issuer.issuanceLifetime 24h0m1s, longer than spec.leaf.lifetime"},
	{"a longer clock skew", same, replace("scheme: linkerd.io/tls", "scheme: linkerd.io/tls\n        clockSkewAllowance: 10m"), nil, "render-long-leaf", "spec.leaf.clockSkew"},
	{"an argument with longer leaves", same, withArguments("--identity-issuance-lifetime=720h"), nil, "render-long-leaf", "Deployment linkerd/linkerd-"},
	{"leaves of a length that identity cannot read", replace("spec:\n", "spec:\n  leaf: {lifetime: 2h}\n"), withArguments("-identity-issuance-lifetime=1 hour"), nil, "render-long-leaf", "1 hour"},
	{"the same, with its value apart", same, withArguments("-identity-clock-skew-allowance, 10m"), nil, "render-long-leaf", "10m"},
	{"leaves by a variable", same, withContainer("args: [--identity-issuance-lifetime=$(LIFE)], env: [{name: LIFE, value: 999h}]"), nil, "render-long-leaf", "999h"},
	{"leaves by a variable of a variable", same, withContainer("args: [-identity-issuance-lifetime, $(B)], env: [{name: A, value: 999h}, {name: B, value: $(A)}]"), nil, "render-long-leaf", "999h"},
	{"leaves by a whole argument", same, withContainer("args: [$(A)], env: [{name: A, value: -identity-issuance-lifetime=999h}]"), nil, "render-long-leaf", "999h"},
	{"leaves by an argument's name", same, withContainer("args: [$(A)=999h], env: [{name: A, value: --identity-issuance-lifetime}]"), nil, "render-long-leaf", "999h"},
	{"leaves by a variable from elsewhere", same, withContainer("args: [-identity-issuance-lifetime=$(A)], env: [{name: A, valueFrom: {configMapKeyRef: {name: a, key: a}}}]"), nil, "render-unread-setting", "-identity-issuance-lifetime cannot be compared with the state: it refers to $(A)"},
	{"leaves by envFrom", same, withContainer("args: [-identity-issuance-lifetime=$(A)], envFrom: [{configMapRef: {name: a}}]"), nil, "render-unread-setting", "$(A)"},
	{"an argument from elsewhere", same, withContainer("args: [$(A)], envFrom: [{configMapRef: {name: a}}]"), nil, "render-unread-setting", "$(A)"},
	{"an escaped reference", same, withContainer("args: [-identity-issuance-lifetime=$$(A)], env: [{name: A, value: 1h}]"), nil, "render-unread-setting", "no length of time: $(A)"},
	{"leaves in a shell", same, withContainer("command: [sh, -c, exec linkerd2 identity -identity-issuance-lifetime=999h]"), nil, "render-unread-setting", "another argument"},
	{"a shell", same, withContainer("name: identity, command: [/bin/sh, /run.sh]"), nil, "render-unread-setting", "shell"},
	{"an argument that is no length of time", same, withArguments("-identity-issuance-lifetime=24x"), nil, "render-unread-setting", "24x"},
	{"a setting that is no length of time", same, replace("scheme: linkerd.io/tls", "scheme: linkerd.io/tls\n        issuanceLifetime: $(LIFE)"), nil, "render-unread-setting", "identity.issuer.issuanceLifetime"},
	{"identity's default, longer than the state's", replace("spec:\n", "spec:\n  leaf: {lifetime: 2h}\n"), withArguments("-identity-issuance-lifetime="), nil, "render-long-leaf", `issuanceLifetime "",`},
	{"a trust domain by a variable", same, withContainer("args: [-identity-trust-domain=$(A)], env: [{name: A, value: other.example}]"), nil, "render-other-trust-domain", "other.example"},
	{"a namespace by a variable", same, withContainer("args: [-controller-namespace=$(A)], env: [{name: A, value: other}]"), nil, "render-other-namespace", "other"},
	{"another scheme in an argument", same, withArguments("-identity-scheme=kubernetes.io/tls"), nil, "render-other-scheme", "kubernetes.io/tls"},
	{"a name by a variable", same, withContainer("env: [{name: A, value: other}, {name: B, value: x.serviceaccount.identity.$(A).cluster.local}]"), nil, "render-other-namespace", "other"},
	{"externalCA in the stream only", same, replace("externalCA: false", "externalCA: true"), nil, "render-other-external-ca", "true"},
	{"an alias on a target", same, replace("ca-bundle.crt: |-", "other: &a x\n  ca-bundle.crt: *a\n  third: |-"), nil, "manifest-", "ca-bundle.crt"},
	{"a doubled key on a target", same, replace("  ca-bundle.crt: |-", "  ca-bundle.crt: x\n  ca-bundle.crt: |-"), nil, "manifest-", "ca-bundle.crt"},
	{"broken YAML in a target", same, replace("  ca-bundle.crt: |-", "  ca-bundle.crt: [\n"), nil, "manifest-", "stdin"},
	{"broken YAML inside linkerd-config", same, replace("      externalCA: false", "      externalCA: [false"), nil, "manifest-", "linkerd-config"},
	{"a bomb in the stream", same, replace("  ca-bundle.crt: |-", bomb+"  ca-bundle.crt: |-"), nil, "manifest-", ""},
	{"a Secret that is someone else's", func(t testing.TB, s string) string {
		return replace("      certificate: "+pemOf(t, "proxy-injector", "        ")+"\n", "")(t, replace("      key: pki/proxy-injector.key\n", "")(t, s))
	}, same, nil, "render-foreign-secret", "linkerd-proxy-injector-k8s-tls"},
	{"a required group that is absent", same, same, []string{"--require", "viz"}, "render-missing-group", "viz"},
	{"an unknown group", same, same, []string{"--require", "vis"}, "render-unknown-group", "vis"},
	{"an unknown report", same, same, []string{"--report", "xml"}, "cli-format", "xml"},
}

const bomb = "  a: &a [x,x,x,x,x,x,x,x,x]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\n  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c]\n  e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d]\n  f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e]\n  g: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f]\n"

// withArguments gives the Deployments of the control plane arguments.
func withArguments(list string) edit { return withContainer("args: [" + list + "]") }

// withContainer gives them a container with such fields.
func withContainer(fields string) edit {
	const before = "        checksum/config: \"1\"\n"
	return replace(before, before+"    spec:\n      containers:\n      - {"+fields+"}\n")
}

func pemOf(t testing.TB, name, indent string) string {
	t.Helper()
	return "|\n" + indent + strings.ReplaceAll(strings.TrimSpace(readFixture(t, "pki", name+".crt")), "\n", "\n"+indent)
}

var codeHint = regexp.MustCompile("(?m)^hint: `l5d-pki-render explain ([a-z0-9-]+)` says more$")

// TestRefusals: every bad input is refused whole, in one line that stands
// alone, with a hint, and without a byte of a key or a PEM body.
func TestRefusals(t *testing.T) {
	state, stream := goodState(t), goodStream(t)
	if good := call(t, stream, nil, "post-render", "-s", stateIn(t, state)); good.code != ExitDone {
		t.Fatalf("the good input is refused: %s", good.stderr)
	}
	if len(refusals) < 60 {
		t.Fatalf("%d refusals, want at least 60", len(refusals))
	}
	for _, r := range refusals {
		t.Run(r.name, func(t *testing.T) {
			args := append([]string{"post-render", "-s", stateIn(t, r.state(t, state))}, r.args...)
			got := call(t, r.stream(t, stream), nil, args...)
			checkRefusal(t, got, r.code, r.says)
		})
	}
}

func checkRefusal(t *testing.T, got result, code, says string) {
	t.Helper()
	if got.code != ExitFailed {
		t.Errorf("exit code %d, want %d: %s", got.code, ExitFailed, got.stderr)
	}
	if got.out != "" {
		t.Errorf("stdout holds %d bytes", len(got.out))
	}
	first, _, _ := strings.Cut(got.stderr, "\n")
	if !strings.HasPrefix(first, "l5d-pki-render: error: ") || !strings.Contains(first, says) {
		t.Errorf("first line %q, want one with %q", first, says)
	}
	if strings.Contains(got.stderr, "%!") {
		t.Errorf("a sentence with a wrong verb: %q", got.stderr)
	}
	codes := codeHint.FindAllStringSubmatch(got.stderr, -1)
	if len(codes) == 0 || !strings.HasPrefix(codes[0][1], code) {
		t.Errorf("codes %v, want the first to begin with %q: %s", codes, code, got.stderr)
	}
	for _, c := range codes {
		s, known := problem.Lookup(problem.Code(c[1]))
		if !known || s.Explain == "" {
			t.Errorf("code %q is not explained", c[1])
		}
	}
	if strings.Count(got.stderr, "\nhint: ") < 2 {
		t.Errorf("no hint but explain: %s", got.stderr)
	}
	checkNoSecret(t, got.stderr)
}

// checkNoSecret: no line of any PEM body in the fixtures stands in text.
func checkNoSecret(t testing.TB, text string) {
	t.Helper()
	if base64Run.MatchString(temporary().ReplaceAllString(text, "")) {
		t.Errorf("a message carries what looks like a PEM body or a key: %s", text)
	}
}

// temporary is the directory of a test or of a command's tree: with the test's name it
// may be as long as a line of PEM. TestMain chooses where it is.
var temporary = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(regexp.QuoteMeta(os.TempDir()) + "[^ \n\"'`]*") })

// base64Run: 40 characters of base64 with both cases in them; fingerprints are
// lower-case hex and do not match.
var base64Run = regexp.MustCompile(`[A-Za-z0-9+/]{0,38}[A-Z][A-Za-z0-9+/]{0,38}[a-z+/][A-Za-z0-9+/]{38}`)

func TestHugeDocument(t *testing.T) {
	huge := bytes.Repeat([]byte("  a: "+strings.Repeat("x", 1000)+"\n"), 200_000)
	stream := strings.Replace(goodStream(t), "  ca-bundle.crt: |-", string(huge)+"  ca-bundle.crt: |-", 1)
	got := call(t, stream, nil, "post-render", "-s", stateIn(t, goodState(t)))
	checkRefusal(t, got, "manifest-", "limit")
}
