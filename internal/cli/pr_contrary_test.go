package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// TestPRContrary: a newer observation decides about a change whose pull request is open,
// as about one that is made now: nobody is told to merge it against what the cluster
// shows. Branch and pull request stay as they are, and one that shows what the phase
// needs makes all well again.
func TestPRContrary(t *testing.T) {
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
		refused("pr-contrary", append(how, "--evidence", contrary)...)
		same(append(how[:len(how):len(how)], "--evidence", good)...)
		same(how...)
	}
	refused("pr-contrary", "--commit-only", "--evidence", contrary)
	refused("cli-read", "--evidence", contrary+".missing")
	l.shows(holding(t, s, l.at, rolledBack))
	refused("pr-contrary", "--observe")
	refused("pr-contrary", "--next", "--observe")
	l.env["L5D_PKI_CLUSTER_PROGRAM"] = stubProgram(t, "exit 3")
	refused("observe-program", "--next", "--observe")
	l.shows(holding(t, s, l.at.Add(time.Hour), nil))
	same("--next", "--observe")
	same("--evidence", contrary, "--evidence", seen(nil))

	l.clone = filepath.Join(t.TempDir(), "job") // of a CI: nothing proves there who made the change
	gitIn(t, t.TempDir(), "clone", "-q", l.remote, l.clone)
	same("--next", "--evidence", good)
	if got := l.run("pr", "--next", "--evidence", seen(rolledBack)); got.code != ExitFailed || !strings.Contains(got.stderr, "explain pr-contrary") || l.heads() != heads {
		t.Errorf("in another clone: %+v", got)
	}
	if l.head(made.Branch) != made.Commit {
		t.Error("the branch is another one")
	}
}
