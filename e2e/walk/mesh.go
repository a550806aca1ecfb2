package walk

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e"
	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
)

// mesh is the Git repository of one cell, in the working directory of a sandbox,
// and the cluster that it is delivered to.
type mesh struct {
	*e2e.Sandbox
	cell
	*lab
	// state is the path of the state file in the repository.
	state string
	// recipient is a public key of age; identity is the file that opens what is
	// encrypted to it. Both are outside of the repository, like keys.
	recipient, identity, keys string
	// outgoing is the file of the anchor's key where only the test can get at it.
	outgoing string
	applies  host
	control  controller
	// printed is what the tool said since the last delivery.
	printed strings.Builder
	// readBackCommand is the one that was printed since then.
	readBackCommand string
	// applied are the objects that the host applied the last time.
	applied e2e.Objects
}

// programs of a sandbox, beside the tool's own.
var meshPrograms = map[string]string{"kubectl": "kubectl", "age-keygen": "age-keygen", "sops": "sops", "kubeseal": "kubeseal",
	"issue": "cert-manager-issue"}

// newMesh is a mesh that begins with a first PKI of the tool's.
func newMesh(t *testing.T, l *lab, c cell) *mesh {
	t.Helper()
	m := newRepository(t, l, c)
	custodyOf[c.custody].begin(t, m)
	m.edit(t, "status:\n", "  outputs:\n"+m.outputs()+"status:\n")
	m.commit(t, "init")
	return m
}

// newRepository has all but a state file.
func newRepository(t *testing.T, l *lab, c cell) *mesh {
	t.Helper()
	m := &mesh{cell: c, lab: l}
	m.applies = newHost(t, m)
	outside := filepath.Dir(m.Dir)
	m.identity, m.keys = filepath.Join(outside, "identity.txt"), filepath.Join(outside, "keys")
	m.MustRun(t, "", nil, "age-keygen", "-o", m.identity)
	m.recipient = strings.TrimSpace(string(m.MustRun(t, "", nil, "age-keygen", "-y", m.identity)))
	m.Env = append(m.Env, "KUBECONFIG="+l.server.Kubeconfig, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_AUTHOR_NAME=t",
		"GIT_AUTHOR_EMAIL=t@example.com",
		"GIT_COMMITTER_NAME=t", "GIT_COMMITTER_EMAIL=t@example.com", "SOPS_AGE_KEY_FILE="+m.identity)
	m.MustRun(t, "", nil, "git", "init", "-q", "-b", "main")
	m.Copy(t, "charts/control-plane", "charts/linkerd")
	m.Write(t, "values/linkerd.yaml", m.values())
	m.Write(t, "apps/shop/web.yaml", apiserver.Web)
	return m
}

// values of the chart, of Linkerd 2.18: those of a team that knows nothing of
// this tool, but for what docs/custody.md asks of it.
func (m *mesh) values() string {
	text := "linkerdVersion: edge-25.4.4\nfixture: {family: \"2.13\", pins: strict}\nproxy: {cores: 1}\nidentity:\n"
	if m.custody == "cert-manager" {
		text += "  externalCA: true\n"
	}
	skew := ""
	if m.custody == "cert-manager" { // what it makes begins now, and tests wait for it
		skew = ", clockSkewAllowance: 1s"
	}
	text += "  issuer: {scheme: " + m.scheme + skew + "}\n"
	if m.custody == "cert-manager" {
		for _, webhook := range []string{"proxyInjector", "profileValidator", "policyValidator"} {
			text += webhook + ": {externalSecret: true, injectCaFrom: linkerd/" + webhook + "}\n"
		}
	}
	return text
}

// outputs that the state gets: what the host takes from Git, and the workloads.
func (m *mesh) outputs() string {
	up := strings.Repeat("../", strings.Count(m.state, "/"))
	return strings.ReplaceAll(m.applies.outputs+"  - {kind: edit, path: ^apps/shop/*.yaml}\n", "^", up)
}

// tool runs l5d-pki-render as the operator and keeps what it says.
func (m *mesh) tool(t *testing.T, args ...string) {
	t.Helper()
	r := m.Run(t, "", nil, "l5d-pki-render", append(args, "-s", m.state)...)
	if r.Code != 0 {
		t.Fatalf("l5d-pki-render %s: exit %d\n%s", strings.Join(args, " "), r.Code, r.Stderr)
	}
	m.printed.WriteString(r.Stdout + "\n" + r.Stderr + "\n")
}

// deliver does what everybody does after a commit: the outputs are written, the
// host applies, and the commands that the tool printed are run.
func (m *mesh) deliver(t *testing.T, phase string) {
	t.Helper()
	m.tool(t, "sync")
	m.commit(t, phase)
	m.tool(t, "status", "--verbose", "--width", "2000") // a command on one line, and those for every host
	for _, command := range deliveries(m.printed.String(), m.meant) {
		if precedes(command) {
			m.shell(t, command)
		}
	}
	m.applies.apply(t, m)
	commands := deliveries(m.printed.String(), m.meant)
	m.readBackCommand = readsBack(m.printed.String())
	m.printed.Reset()
	for _, command := range commands {
		if !precedes(command) {
			m.shell(t, command)
		}
	}
	if m.control != nil {
		m.control.reconcile(t, m)
	}
}

// shell runs a printed command as it is printed.
func (m *mesh) shell(t *testing.T, command string) {
	t.Helper()
	if r := m.Run(t, "", nil, "bash", "-o", "pipefail", "-c", command); r.Code != 0 {
		t.Errorf("printed command: %s\nexit %d\n%s", command, r.Code, r.Stderr)
	}
}

var assumed = regexp.MustCompile(`--assume ([A-Z][A-Z-]+)`)

// move runs a command that changes the phase. A need that it names is vouched
// for, as its hint says: no pod runs that an observation could see.
func (m *mesh) move(t *testing.T, args ...string) {
	t.Helper()
	args = append(args, "-s", m.state)
	for range maxNeeds {
		r := m.Run(t, "", nil, "l5d-pki-render", args...)
		if r.Code == 0 {
			m.printed.WriteString(r.Stdout + "\n" + r.Stderr + "\n")
			return
		}
		if strings.Contains(r.Stderr, "add --force") && !slices.Contains(args, "--force") {
			args = append(args, "--force") // no time passes here that a rollout could take
			continue
		}
		needs := assumed.FindAllStringSubmatch(r.Stderr, -1)
		if len(needs) == 0 {
			t.Fatalf("l5d-pki-render %s: exit %d\n%s", strings.Join(args, " "), r.Code, r.Stderr)
		}
		for _, need := range needs {
			if slices.Contains(args, need[1]) {
				t.Fatalf("%s is vouched for and asked for again\n%s", need[1], r.Stderr)
			}
			args = append(args, "--assume", need[1], "--because", "a test")
		}
	}
	t.Fatalf("%s asks for more and more", args[0])
}

// maxNeeds is more than a phase has.
const maxNeeds = 5

func (m *mesh) read(t *testing.T) *rotationState {
	t.Helper()
	return parseState(t, m.text(t, m.state))
}

func (m *mesh) text(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(m.Dir, filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// edit replaces the one place of a text in the state file.
func (m *mesh) edit(t *testing.T, old, with string) {
	t.Helper()
	text := m.text(t, m.state)
	if strings.Count(text, "\n"+old) != 1 {
		t.Fatalf("%q is not in the state once", old)
	}
	m.Write(t, m.state, strings.Replace(text, "\n"+old, "\n"+with, 1))
}

func (m *mesh) commit(t *testing.T, message string) {
	t.Helper()
	m.MustRun(t, "", nil, "git", "add", "-A")
	m.MustRun(t, "", nil, "git", "commit", "-q", "--allow-empty", "-m", message)
}

// start begins the rotation of the cell.
func (m *mesh) start(t *testing.T) {
	t.Helper()
	kind, strategy, _ := strings.Cut(m.rotation, "-")
	args := []string{"start", kind}
	if strategy != "" {
		args = append(args, "--strategy", strategy)
	}
	m.move(t, append(args, custodyOf[m.custody].start(t, m)...)...)
}
