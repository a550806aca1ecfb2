package walk

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// migrations are hosts and custodies in which a mesh moves from one issuer scheme to the other.
var migrations = []cell{
	{"age", "helm3", "issuer", linkerdTLS},
	{"file", "helm4", "issuer", linkerdTLS},
	{"sops", "kubectl", "issuer", linkerdTLS},
	{"age", "flux", "issuer", linkerdTLS},
}

// fieldsOf are what identity reads with a scheme.
var fieldsOf = map[string][]string{linkerdTLS: {"crt.pem", "key.pem"}, kubernetesTLS: {"tls.crt", "tls.key"}}

// schemeCommands are the commands of a section of docs/delivery.md.
func schemeCommands(t *testing.T, section string) (commands []string) {
	t.Helper()
	page, err := os.ReadFile(filepath.Join(peer.Root(), "docs", "delivery.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), section+"\n")
	if !found {
		t.Fatalf("docs/delivery.md has no section %q", section)
	}
	rest, _, _ = strings.Cut(rest, "\n## ")
	rest, _, _ = strings.Cut(rest, "\n### ")
	for line := range strings.Lines(rest) {
		if command := strings.TrimSpace(line); strings.HasPrefix(command, "kubectl ") || strings.HasPrefix(command, "l5d-pki-render ") {
			commands = append(commands, command)
		}
	}
	return commands
}

// run runs a documented command. No pod runs here, so a rollout is not waited for.
func (m *mesh) run(t *testing.T, command string) {
	t.Helper()
	if strings.Contains(command, "rollout status") {
		return
	}
	m.shell(t, strings.Replace(command, "l5d-pki-render manifests", "l5d-pki-render manifests -s "+m.state, 1))
	m.readable(t, command)
}

// readable reports what the running flag of identity cannot read in its Secret.
func (m *mesh) readable(t *testing.T, after string) {
	t.Helper()
	if wrong := unreadable(t, m.server); wrong != "" {
		t.Errorf("after %s: %s", after, wrong)
	}
}

func unreadable(t *testing.T, server *apiserver.Server) string {
	t.Helper()
	scheme := ""
	containers, _ := dig(server.Get(t, deployments+"linkerd-identity"), "spec", "template", "spec", "containers").([]any)
	for _, c := range containers {
		container, _ := c.(map[string]any)
		args, _ := container["args"].([]any)
		for _, arg := range args {
			if is, ok := arg.(string); ok && strings.HasPrefix(is, "-identity-scheme=") {
				scheme = strings.TrimPrefix(is, "-identity-scheme=")
			}
		}
	}
	data, _ := dig(server.Get(t, secrets+"linkerd-identity-issuer"), "data").(map[string]any)
	if data == nil {
		return "no Secret"
	}
	for _, field := range fieldsOf[scheme] {
		if data[field] == nil || data[field] == "" {
			return "identity has the scheme " + scheme + ", and the Secret no " + field
		}
	}
	return ""
}

func dig(object map[string]any, path ...string) any {
	var value any = object
	for _, key := range path {
		inner, _ := value.(map[string]any)
		value = inner[key]
	}
	return value
}

// watch looks at the Secret again and again until it is told to end; what it saw
// that identity could not start with goes to the test. No Secret at all is allowed
// where a step replaces it, there, back and by Helm, and not at the end: its type
// cannot be changed otherwise, and what runs does not notice.
func (m *mesh) watch(t *testing.T) (end func()) {
	ctx, cancel := context.WithCancel(t.Context())
	seen := make(chan []string, 1)
	go func() {
		var wrong []string
		gaps, missing := 0, false
		for ctx.Err() == nil {
			now := unreadable(t, m.server)
			gone := now == "no Secret"
			if gone && !missing {
				gaps++
			}
			if missing = gone; gone && gaps <= 3 {
				now = ""
			}
			if now != "" && !slices.Contains(wrong, now) {
				wrong = append(wrong, now)
			}
			time.Sleep(50 * time.Millisecond)
		}
		if missing {
			wrong = append(wrong, "no Secret at the end")
		}
		seen <- wrong
	}()
	return func() {
		cancel()
		if wrong := <-seen; len(wrong) > 0 {
			t.Errorf("in between: %s", strings.Join(wrong, "; "))
		}
	}
}

// setScheme sets the scheme in the state, or in the values of the chart.
func (m *mesh) setScheme(t *testing.T, path, scheme string) {
	t.Helper()
	text := m.text(t, path)
	if path != m.state {
		m.Write(t, path, strings.Replace(text, "scheme: "+otherOf(scheme), "scheme: "+scheme, 1))
		return
	}
	if strings.Contains(text, "issuerScheme: ") {
		text = strings.Replace(text, "issuerScheme: "+otherOf(scheme), "issuerScheme: "+scheme, 1)
	} else {
		text = strings.Replace(text, "\n  linkerd:\n", "\n  linkerd:\n    issuerScheme: "+scheme+"\n", 1)
	}
	m.Write(t, path, text)
}

func otherOf(scheme string) string {
	if scheme == linkerdTLS {
		return kubernetesTLS
	}
	return linkerdTLS
}

// TestMigrateScheme follows docs/delivery.md to kubernetes.io/tls and, by Helm,
// back: at every moment identity could start, and the next issuer arrives.
func TestMigrateScheme(t *testing.T) {
	forward, back := schemeCommands(t, "## Change the issuer scheme"), schemeCommands(t, "### Back to `linkerd.io/tls`")
	if len(forward) != 4 || len(back) != 2 {
		t.Fatalf("the page has %d and %d commands", len(forward), len(back))
	}
	l := newLab(t, false)
	for _, c := range migrations {
		t.Run(c.custody+" "+c.host, func(t *testing.T) {
			l.reset(t)
			m := newMesh(t, l, c)
			m.deliver(t, "stable")
			m.readable(t, "the installation")
			end := m.watch(t)
			m.migrate(t, kubernetesTLS, forward[:2], nil, forward[2:])
			if fields, _ := dig(l.server.Get(t, secrets+"linkerd-identity-issuer"), "data").(map[string]any); len(fields) != 3 {
				t.Errorf("the Secret has %d fields", len(fields))
			}
			if strings.HasPrefix(c.host, "helm") {
				m.migrate(t, linkerdTLS, forward[:2], back, []string{"kubectl -n linkerd delete secret linkerd-identity-issuer"})
				m.deliver(t, "made anew")
				m.readable(t, "Helm made it anew")
			}
			m.start(t)
			m.deliver(t, "issuer-switched")
			for _, wrong := range m.check(t) {
				t.Error(wrong)
			}
			end()
		})
	}
}

// migrate does the steps: the state, the Secret, what Helm needs, values and merge, the rest.
func (m *mesh) migrate(t *testing.T, to string, replace, own, rest []string) {
	t.Helper()
	m.setScheme(t, m.state, to)
	for _, command := range slices.Concat(replace, own) {
		m.run(t, command)
	}
	m.scheme = to
	m.printed.Reset()
	_ = os.Remove(filepath.Join(filepath.Dir(m.Dir), "l5d-pki.log")) // what was said for the scheme of before
	m.setScheme(t, "values/linkerd.yaml", to)
	m.deliver(t, "scheme "+to)
	m.readable(t, "the merge")
	if r := m.Run(t, "", nil, "l5d-pki-render", "lint", "-s", m.state, "--repo", "."); strings.Contains(r.Stdout, "survey-other-scheme") {
		t.Errorf("lint: %s", r.Stdout)
	}
	for _, command := range rest {
		if strings.Contains(command, " delete ") {
			m.shell(t, command)
			continue
		}
		m.run(t, command)
	}
}
