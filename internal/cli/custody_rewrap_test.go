package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// editState changes the state at a path by hand, as an owner does.
func editState(t *testing.T, path string, change func(s *state.Rotation)) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	s, err := state.Parse(path, text)
	if err != nil {
		t.Fatal(err)
	}
	change(s)
	if text, err = state.Marshal(s); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestRewrapAge: all key files or none; what was done is said; lint and status
// know recipients that came later.
func TestRewrapAge(t *testing.T) {
	statePath, opens := sealedMesh(t)
	dir := filepath.Dir(statePath)
	second := filepath.Join(t.TempDir(), "second.txt")
	recipient := makeIdentity(t, second)
	text, _ := os.ReadFile(statePath)
	if err := os.WriteFile(statePath, bytes.Replace(text, []byte("    - age1"), []byte("    - "+recipient+"\n    - age1"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	for what, args := range map[string][]string{"lint": {"lint"}, "status": {"custody", "status", "--width", "200"}} {
		if r := call(t, "", nil, append(args, "-s", statePath)...); strings.Count(r.out, problem.CustodyOldRecipients.Text) != 5 {
			t.Errorf("%s before: %s", what, r.out)
		}
	}
	// One file that cannot be opened keeps all as they are.
	victim := filepath.Join(dir, "keys", "2026.age")
	whole, _ := os.ReadFile(victim)
	if err := os.WriteFile(victim, whole[:len(whole)-40], 0o644); err != nil {
		t.Fatal(err)
	}
	before := tree(t, dir)
	refusedWith(t, "a damaged file", call(t, "", opens, "custody", "rewrap", "-s", statePath), problem.CustodyTruncated)
	refusedWith(t, "another identity", call(t, "", map[string]string{"SOPS_AGE_KEY_FILE": second}, "custody", "rewrap", "-s", statePath), problem.CustodyOtherIdentity)
	sameTree(t, "a damaged file", tree(t, dir), before)
	if err := os.WriteFile(victim, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	r := done(t, call(t, "", opens, "custody", "rewrap", "-s", statePath))
	if strings.Count(r.out, recipient) != 5 || strings.Count(r.out, "; before: age1") != 5 {
		t.Errorf("rewrap says %s", r.out)
	}
	done(t, call(t, "", map[string]string{"SOPS_AGE_KEY_FILE": second}, "manifests", "--with-keys", "-s", statePath))
	done(t, call(t, "", nil, "lint", "--strict", "-s", statePath))
	var changed []string
	after := tree(t, dir)
	for path, was := range before {
		if after[path] != was {
			changed = append(changed, filepath.Base(path))
		}
	}
	if slices.Sort(changed); len(changed) != 5 || slices.Contains(changed, "rotation.yaml") {
		t.Errorf("changed: %v", changed)
	}
}

// TestRewrapPassphrase: from recipients to a passphrase, from one passphrase to
// the next. The old one opens nothing then, and a wrong or empty one changes nothing.
func TestRewrapPassphrase(t *testing.T) {
	statePath, opens := sealedMesh(t)
	editState(t, statePath, func(s *state.Rotation) {
		s.Spec.Custody = state.Custody{Kind: state.CustodyAge, Passphrase: true}
		s.Status.Webhooks = nil
	})
	aside := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(aside, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	first, second, empty := file("first", "correct horse\n"), file("second", "battery staple\n"), file("empty", "\n")
	rewrap := func(env map[string]string, args ...string) result {
		return call(t, "", env, append([]string{"custody", "rewrap", "-s", statePath}, args...)...)
	}
	dir := filepath.Dir(statePath)
	before := tree(t, dir)
	refusedWith(t, "no passphrase", rewrap(opens), problem.CustodyNoPassphrase)
	refusedWith(t, "an empty one", rewrap(opens, "--passphrase-file", empty), problem.CustodyNoPassphrase)
	sameTree(t, "no passphrase", tree(t, dir), before)
	if r := done(t, rewrap(opens, "--new-passphrase-file", first)); strings.Count(r.out, ": sealed for a passphrase; before: age1") != 2 {
		t.Errorf("to a passphrase: %s", r.out)
	}
	before = tree(t, dir)
	refusedWith(t, "a wrong one", rewrap(nil, "--passphrase-file", second), problem.CustodyWrongPassphrase)
	refusedWith(t, "the next one is empty", rewrap(nil, "--passphrase-file", first, "--new-passphrase-file", empty), problem.CustodyNoPassphrase)
	sameTree(t, "a wrong passphrase", tree(t, dir), before)
	if r := done(t, rewrap(map[string]string{"L5D_PKI_AGE_PASSPHRASE": "correct horse"}, "--new-passphrase-file", second)); strings.Count(r.out, "sealed for a passphrase; before: a passphrase") != 2 {
		t.Errorf("to the next one: %s", r.out)
	}
	manifests := []string{"manifests", "--with-keys", "-s", statePath, "--passphrase-file"}
	refusedWith(t, "the old one", call(t, "", nil, append(manifests, first)...), problem.CustodyWrongPassphrase)
	done(t, call(t, "", nil, append(manifests, second)...))
}

// TestRetiredKeys: the key of a retired anchor is listed, and never sealed anew.
func TestRetiredKeys(t *testing.T) {
	statePath, opens := sealedMesh(t)
	anchor := filepath.Join(filepath.Dir(statePath), "keys", "2026.age")
	old := filepath.Join(filepath.Dir(statePath), "keys", "2025.age")
	was, err := os.ReadFile(anchor)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(old, was, 0o644); err != nil {
		t.Fatal(err)
	}
	editState(t, statePath, func(s *state.Rotation) {
		retired := state.Anchor{Name: "2025", Certificate: s.Status.Anchors[0].Certificate, Key: "keys/2025.age"}
		s.Status.Retired = append(s.Status.Retired, retired)
	})
	if r := done(t, call(t, "", nil, "custody", "status", "--verbose", "--width", "300", "-s", statePath)); !strings.Contains(r.out, "status.retired[0]") || !strings.Contains(r.out, "of a retired anchor: never sealed anew; destroy it") {
		t.Errorf("status: %s", r.out)
	}
	r := done(t, call(t, "", opens, "custody", "rewrap", "-s", statePath))
	if now, _ := os.ReadFile(old); string(now) != string(was) || !strings.Contains(r.stderr, "note: keys/2025.age is left as it is") {
		t.Errorf("rewrap: %s", r.stderr)
	}
	if now, _ := os.ReadFile(anchor); string(now) == string(was) {
		t.Error("the anchor in force was not sealed anew")
	}
	if err := os.Remove(old); err != nil {
		t.Fatal(err)
	}
	if r := done(t, call(t, "", nil, "custody", "status", "--width", "200", "-s", statePath)); !strings.Contains(r.out, "does not exist") {
		t.Errorf("status, when it is gone: %s", r.out)
	}
}

// TestInitChecksCustody: what could never seal a key is refused when the state is
// written, and lint finds it later, whether a key is sealed at once or not.
func TestInitChecksCustody(t *testing.T) {
	statePath := filepath.Join(t.TempDir(), "rotation.yaml")
	stream := readFixture(t, "rotation", "golden", "bundle-stable.yaml")
	damaged := strings.Replace(makeIdentity(t, filepath.Join(t.TempDir(), "i")), "age1", "age1q", 1)
	for what, c := range map[string]struct {
		args []string
		says problem.Sentence
	}{
		"a damaged recipient": {[]string{"--recipient", damaged}, problem.CustodyRecipient},
		"no certificate":      {[]string{"--seal-to", "gone.crt"}, problem.CLIRead},
	} {
		refusedWith(t, what, call(t, stream, nil, append([]string{"init", "--stream", "-", "-s", statePath}, c.args...)...), c.says)
		if _, err := os.Stat(statePath); err == nil {
			t.Errorf("%s: the state was written", what)
		}
	}
	sealed, _ := sealedMesh(t)
	editState(t, sealed, func(s *state.Rotation) { s.Spec.Custody.Recipients = []string{damaged} })
	if r := call(t, "", nil, "lint", "-s", sealed); r.code != ExitFailed || !strings.Contains(r.out, "["+string(problem.CustodyRecipient.Code)+"]") {
		t.Errorf("lint: code %d: %s", r.code, r.out)
	}
}
