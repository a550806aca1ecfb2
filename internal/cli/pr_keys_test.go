package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/plan"
	"github.com/l5d-pki/l5d-pki-render/internal/repo"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
)

func (l *prLand) keyFiles() []string {
	found, _ := filepath.Glob(filepath.Join(l.clone, "linkerd/pki/keys/*"))
	return found
}

// TestPRKeysAfterTheCommit: keys in clear are written when the commit is made:
// a hook that takes its time, or a call that is killed in it, finds none.
func TestPRKeysAfterTheCommit(t *testing.T) {
	t.Parallel()
	l := land(t)
	hook := filepath.Join(l.clone, ".git/hooks/pre-commit")
	text := "#!/bin/sh\nif ls '" + filepath.Join(l.clone, "linkerd/pki/keys") + "'/* 2>/dev/null; then echo keys are there >&2; exit 1; fi\n"
	if err := os.WriteFile(hook, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	if r := l.pr("start", "anchor"); r.Operation != plan.OpCreated || len(l.keyFiles()) == 0 {
		t.Errorf("%+v, keys %q", r, l.keyFiles())
	}
	failing := land(t)
	if err := os.WriteFile(filepath.Join(failing.clone, ".git/hooks/pre-commit"), []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	failing.refused("pr-git", "start", "anchor")
	if len(failing.keyFiles()) > 0 {
		t.Errorf("a commit that failed left %q", failing.keyFiles())
	}
}

// TestPRKilled: a call that was killed when its keys were written is
// taken up by the next one, with the same keys and certificates. Where they are
// not the keys of its commit it is not, and no key is written over.
func TestPRKilled(t *testing.T) {
	t.Parallel()
	l := land(t)
	keys := keysDir(t)
	files := func() []string {
		found, _ := filepath.Glob(filepath.Join(keys, "*"))
		return found
	}
	const branch = "l5d-pki/prod-argocd/2-anchor-added"
	hook := filepath.Join(l.remote, "hooks", "pre-receive")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\nexit 1\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	l.refused("pr-git", "start", "anchor", "--keys-dir", keys)
	// As if it had been killed one step earlier: the commit is pending.
	made := gitIn(t, l.clone, "rev-parse", "refs/l5d-pki-render-made/"+branch)
	pending := func() {
		r, err := repo.Open(l.clone)
		if err == nil {
			err = r.Await(branch, made)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	pending()
	gitIn(t, l.clone, "update-ref", "-d", "refs/l5d-pki-render-made/"+branch)
	if err := os.Remove(hook); err != nil {
		t.Fatal(err)
	}
	l.at = l.at.Add(time.Hour)
	key := files()[0]
	own, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	other, err := os.ReadFile(filepath.Join(fixtures, "pki", "issuer-2026-1.key"))
	if err == nil {
		err = os.WriteFile(key, other, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if got := l.run("pr", "start", "anchor", "--keys-dir", keys, "--assume", "DELIVERED-ELSEWHERE", "--because", "x"); got.code != ExitFailed || strings.Contains(l.heads(), branch) {
		t.Errorf("with another key: code %d: %s", got.code, got.out)
	}
	if is, _ := os.ReadFile(key); string(is) != string(other) {
		t.Error("a key was written over")
	}
	pending()
	if err := os.WriteFile(key, own, 0o600); err != nil {
		t.Fatal(err)
	}
	before := files()
	r := l.pr("start", "anchor", "--keys-dir", keys)
	if r.Operation != plan.OpCreated || r.Commit != made || !slices.Equal(before, files()) {
		t.Errorf("%+v, want commit %s", r, made)
	}
	if left := gitIn(t, l.clone, "for-each-ref", "refs/l5d-pki-render-pending"); left != "" {
		t.Errorf("still pending: %s", left)
	}
	l.keysFit(branch)
}

// keysFit wants a key for the incoming anchor and issuer at a branch.
func (l *prLand) keysFit(branch string) {
	l.t.Helper()
	s := l.stateOf(branch)
	for path, text := range map[string]string{s.Status.Anchors[1].Key: s.Status.Anchors[1].Certificate, s.Status.Issuers[1].Key: s.Status.Issuers[1].Certificate} {
		data, err := os.ReadFile(path)
		if err != nil {
			l.t.Fatal(err)
		}
		chain, err := pki.ParseChain([]byte(text))
		if err != nil {
			l.t.Fatal(err)
		}
		if key, err := pki.ParseKey(data); err != nil || !key.Matches(chain[0]) {
			l.t.Errorf("%s is not the key of its certificate: %v", path, err)
		}
	}
}
