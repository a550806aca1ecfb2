package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestPRShut: a newer observation decides about a change whose pull request is open,
// as about one that is made now: nobody is told to merge it against what the cluster
// shows. Branch and pull request stay as they are, and one that shows what the phase
// needs makes all well again.
func TestPRShut(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.merge(l.pr("start", "anchor").Branch)
	s := l.stateOf("main")
	rolledBack := func(o *rotation.Observation) {
		o.ControlPlane.TrustRoots = o.ControlPlane.TrustRoots[:1]
		o.ControlPlane.Injectors[0].Bundle = o.ControlPlane.TrustRoots
	}
	seen := func(change func(*rotation.Observation)) string {
		t.Helper()
		l.at = l.at.Add(10 * time.Minute)
		text, err := rotation.MarshalObservation(holding(t, s, l.at, change))
		file := filepath.Join(t.TempDir(), "observation.yaml")
		if err == nil {
			err = os.WriteFile(file, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		return file
	}
	good := seen(nil)
	made := l.pr("--evidence", good)
	heads := l.heads()
	same := func(args ...string) {
		t.Helper()
		if r := l.pr(args...); r.Operation != plan.OpNone || l.heads() != heads {
			t.Errorf("%q: %+v", args, r)
		}
	}
	refused := func(code string, args ...string) {
		t.Helper()
		l.refused(code, args...)
		if l.heads() != heads || len(l.forge.pulls) != 2 {
			t.Errorf("%q: something was pushed or opened", args)
		}
	}
	contrary := seen(rolledBack)
	for _, how := range [][]string{nil, {"--next"}, {"--dry-run"}} {
		refused("pr-shut", append(how, "--evidence", contrary)...)
		same(append(how[:len(how):len(how)], "--evidence", good)...)
		same(how...)
	}
	refused("pr-shut", "--commit-only", "--evidence", contrary)
	refused("cli-read", "--evidence", contrary+".missing")
	l.shows(holding(t, s, l.at, rolledBack))
	refused("pr-shut", "--observe")
	refused("pr-shut", "--next", "--observe")
	l.env["L5D_PKI_CLUSTER_PROGRAM"] = stubProgram(t, "exit 3")
	refused("observe-program", "--next", "--observe")
	l.shows(holding(t, s, l.at.Add(time.Hour), nil))
	same("--next", "--observe")
	same("--evidence", contrary, "--evidence", seen(nil))

	l.clone = filepath.Join(t.TempDir(), "job") // of a CI: nothing proves there who made the change
	gitIn(t, t.TempDir(), "clone", "-q", l.remote, l.clone)
	same("--next", "--evidence", good)
	if got := l.run("pr", "--next", "--evidence", seen(rolledBack)); got.code != ExitFailed || !strings.Contains(got.stderr, "explain pr-shut") || l.heads() != heads {
		t.Errorf("in another clone: %+v", got)
	}
	if l.head(made.Branch) != made.Commit {
		t.Error("the branch is another one")
	}

	l.shows(holding(t, s, l.at.Add(time.Hour), nil))
	count := filepath.Join(t.TempDir(), "count")
	l.env["L5D_PKI_CLUSTER_PROGRAM"] = stubProgram(t, fmt.Sprintf("echo x >> %q; exec %q", count, l.env["L5D_PKI_CLUSTER_PROGRAM"]))
	l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
	if r := l.pr("--next", "--observe", "--dry-run"); r.Operation != plan.OpUpdated {
		t.Errorf("on a newer base: %+v", r)
	}
	if reads, err := os.ReadFile(count); string(reads) != "x\n" {
		t.Errorf("the cluster is read %d times: %v", len(reads)/2, err)
	}
}

// TestPRShutByBase: where the base has got what shuts the gate of a change whose pull
// request is open, the change is not made anew on it, and nobody is told to merge it.
func TestPRShutByBase(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(l *prLand, dir string, first string){
		"a link to a cluster without the new anchor": func(l *prLand, dir, first string) {
			l.edit(dir, "west/rotation.yaml", func(string) string { return first })
			l.linkTo(dir, "../../west/rotation.yaml")
		},
		"a newer observation that shows the old bundle": func(l *prLand, dir, _ string) {
			l.at = l.at.Add(time.Hour)
			o := holding(l.t, l.stateIn(dir), l.at, func(o *rotation.Observation) {
				o.Identity[0].Bundle = o.Identity[0].Bundle[:1]
				o.Endpoints[0].Bundle = o.Endpoints[0].Bundle[:1]
			})
			text, err := rotation.MarshalObservation(o)
			if err != nil {
				l.t.Fatal(err)
			}
			file := "linkerd/pki/evidence/prod-argocd-prod-argocd-" + l.at.Format("20060102T150405Z") + ".yaml"
			l.edit(dir, file, func(string) string { return string(text) })
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := land(t)
			first := l.other()
			l.merge(l.pr("start", "anchor").Branch)
			l.at = l.at.Add(25 * time.Hour)
			l.merge(l.pr("--assume", "BUNDLE-DELIVERED").Branch)
			l.at = l.at.Add(25 * time.Hour)
			l.shows(holding(t, l.stateOf("main"), l.at, nil))
			made := l.pr("--observe")
			l.commitTo("main", func(dir string) { l.edit(dir, "README.md", func(string) string { return "x\n" }) })
			if r := l.pr(); r.Operation != plan.OpUpdated { // whatever else the base has got
				t.Fatalf("%+v", r)
			}
			l.commitTo("main", func(dir string) { change(l, dir, first) })
			heads := l.heads()
			for _, args := range [][]string{nil, {"--next"}, {"--dry-run"}, {"--commit-only"}} {
				l.refused("pr-shut", args...)
			}
			if l.heads() != heads {
				t.Errorf("%s was pushed", made.Branch)
			}
		})
	}
}
