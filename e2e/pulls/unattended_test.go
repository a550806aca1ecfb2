package pulls

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/apiserver"
	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// Leaves live so shortly that the test can wait for their end.
const (
	lifetime = "60s"
	skew     = "5s"
)

// apart is how far apart issuers have to end for a metric to tell them apart, with room.
const apart = 8 * time.Second

// unattended is a repository from which everything comes into the cluster, keys by sops.
func unattended(t *testing.T, g *gitea) *land {
	t.Helper()
	l := newLand(t, g)
	programs := filepath.Join(l.top, "programs")
	if err := os.Mkdir(programs, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(peer.Program(t, "sops"), filepath.Join(programs, "sops")); err != nil {
		t.Fatal(err)
	}
	identity := filepath.Join(l.top, "identity.txt")
	l.extra = []string{"SOPS_AGE_KEY_FILE=" + identity, "PATH=" + programs + ":" + os.Getenv("PATH")}
	out, err := exec.Command(peer.Program(t, "age-keygen"), "-o", identity).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	recipient, err := exec.Command(peer.Program(t, "age-keygen"), "-y", identity).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(filepath.Join(l.clone, "charts", "linkerd"), os.DirFS(peer.Fixture("charts/control-plane"))); err != nil {
		t.Fatal(err)
	}
	in := func(name string) string { return filepath.Join(l.clone, filepath.FromSlash(name)) }
	l.write(in("values/linkerd.yaml"), "linkerdVersion: edge-25.4.4\nfixture: {family: \"2.13\", pins: strict}\nproxy: {cores: 1}\nidentity:\n  issuer: {scheme: kubernetes.io/tls, issuanceLifetime: "+lifetime+", clockSkewAllowance: "+skew+"}\n")
	l.write(in("apps/shop/web.yaml"), apiserver.Web)
	l.write(in("linkerd/pki/.sops.yaml"), "creation_rules:\n- {path_regex: keys/, encrypted_regex: ^(data|stringData)$, age: "+strings.TrimSpace(string(recipient))+"}\n")
	l.mustRun("init", "--new", "--linkerd-version", "2.18", "--custody", "sops", "--name", "prod-argocd")
	state, err := os.ReadFile(in(stateFile))
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.Replace(string(state), "  linkerd:\n", "  leaf: {lifetime: "+lifetime+", clockSkew: "+skew+"}\n  linkerd:\n    issuerScheme: kubernetes.io/tls\n", 1)
	changed = strings.Replace(changed, "status:\n", `  outputs:
  - {kind: chart, path: ../../infrastructure/linkerd/linkerd.yaml, chart: ../../charts/linkerd, release: linkerd, namespace: linkerd, valuesFiles: [../../values/linkerd.yaml]}
  - {kind: manifests, path: ../../infrastructure/linkerd/pki.yaml}
  - {kind: edit, path: ../../apps/shop/*.yaml}
status:
`, 1)
	l.write(in(stateFile), changed)
	l.mustRun("sync")
	l.commit()
	g.api("POST", "/user/repos", map[string]any{"name": "pki", "default_branch": "main", "private": true}, nil)
	l.git(l.clone, "push", "-q", "-u", "origin", "main")
	l.ready()
	return l
}

func (l *land) mustRun(args ...string) result {
	l.t.Helper()
	r := l.run(args...)
	if r.code != 0 {
		l.t.Fatalf("%v: code %d\n%s%s", args, r.code, r.out, r.stderr)
	}
	return r
}

// TestUnattended: a job that runs `pr --next --observe` again and again takes a
// whole rotation of the anchor from stable to stable, by either strategy. People
// only merge. What each gate needs is read from the cluster, and nobody vouches.
func TestUnattended(t *testing.T) {
	for _, c := range []struct {
		strategy string
		looks    []string // beside the cluster's own objects
		phases   []string
		waves    int
	}{
		{"bundle", []string{"--dry-run-pod", "shop"}, []string{"1-anchor-added", "2-anchor-spread", "3-issuer-switched", "4-issuer-spread", "5-anchor-dropped", "6-stable"}, 2},
		{"cross-sign", []string{"--dry-run-pod", "shop", "--certify", "--dial", "all"}, []string{"1-issuer-switched", "2-issuer-spread", "3-anchor-swapped", "4-anchor-spread", "5-stable"}, 1},
	} {
		t.Run(c.strategy, func(t *testing.T) {
			l := unattended(t, startGitea(t, 50, ""))
			k := newCluster(t, l, c.looks...)
			k.deliver()
			time.Sleep(apart) // the issuer of the start ends that much later than the first one
			look := append([]string{"--observe", "--kubeconfig", k.kubeconfig}, c.looks...)
			var phases []string
			for i := range c.phases {
				start := "never"
				if i == 0 {
					start = "50y" // of whatever is left: now
				}
				r := l.opened(append([]string{"pr", "--next", "--forge", "gitea", "-o", "json", "--start-before", start, "--strategy", c.strategy}, look...)...)
				phases = append(phases, strings.TrimPrefix(r.Branch, prefix))
				if again := l.read(l.mustRun(append([]string{"pr", "--next", "--forge", "gitea", "-o", "json", "--start-before", "never"}, look...)...)); again.Operation != "none" || again.Commit != r.Commit {
					t.Errorf("%s again: %+v", r.Branch, again)
				}
				p := l.shows(r)
				l.git(l.clone, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*")
				l.mustRun(append([]string{"pr", "--guard", "--base", "main", "--head", "origin/" + r.Branch, "--pull", itoa(p.Number), "--forge", "gitea", "-o", "json"}, look...)...)
				l.merge(p.Number)
				k.deliver()
			}
			if !slices.Equal(phases, c.phases) {
				t.Errorf("%q", phases)
			}
			log := l.mustRun("log", "-o", "json")
			if strings.Contains(log.out, `"assumed"`) {
				t.Errorf("somebody vouched:\n%s", log.out)
			}
			if status := l.mustRun("status", "-o", "json"); !strings.Contains(status.out, `"phase": "stable"`) {
				t.Error(status.out)
			}
			if k.restarts["shop"] != c.waves*shopPods {
				t.Errorf("pods were restarted %v times, want %d waves", k.restarts, c.waves)
			}
		})
	}
}

// opened runs the job until it opens a pull request: leaves have to expire first.
func (l *land) opened(args ...string) report {
	l.t.Helper()
	var r result
	for range 40 {
		r = l.mustRun(args...)
		if out := l.read(r); out.Operation == "created" {
			return out
		}
		time.Sleep(3 * time.Second)
	}
	l.t.Fatalf("no pull request: %s%s", r.out, r.stderr)
	return report{}
}
