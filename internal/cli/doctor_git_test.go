package cli

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/recovery"
)

// TestDoctorOfACutHistory: a shallow clone says too little, and doctor says so.
func TestDoctorOfACutHistory(t *testing.T) {
	p := newPatient(t)
	p.keepsInGit()
	runGit(t, "commit", "-qm", "two", "--allow-empty")
	if out := p.run("doctor"); !strings.Contains(out, "its Git history") {
		t.Errorf("a whole history: %s", out)
	}
	from, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	runGit(t, "clone", "-q", "--depth", "1", "file://"+filepath.ToSlash(from), ".")
	if out := p.run("doctor"); strings.Contains(out, "its Git history") || !strings.Contains(out, "not checked: the Git history of the state file: this clone is shallow") {
		t.Errorf("a cut history: %s", out)
	}
}

// TestDoctorOfAnEdit: the version before an edit by hand is named, also where the
// edited file cannot be read.
func TestDoctorOfAnEdit(t *testing.T) {
	p := newPatient(t)
	patients["edited-log"](p)
	commit := strings.TrimSpace(runGitOut(t, "rev-parse", "HEAD"))
	if out := callAt(t, p.at, "", nil, "doctor").out; !strings.Contains(out, "`git checkout "+commit+" -- rotation.yaml`") {
		t.Errorf("edited: %s", out)
	}
	runGit(t, "checkout", "--", "rotation.yaml")
	text, err := os.ReadFile("rotation.yaml")
	if err == nil {
		err = os.WriteFile("rotation.yaml", []byte(strings.Replace(string(text), "  phase: anchor-spread", "  phase: stable", 1)), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := callAt(t, p.at.Add(time.Hour), "", nil, "doctor"); !strings.Contains(r.stderr, "`git checkout "+commit+" -- rotation.yaml`") {
		t.Errorf("not to be read: %s%s", r.out, r.stderr)
	}
}

// TestExplainSituations: what doctor names, explain knows.
func TestExplainSituations(t *testing.T) {
	for _, s := range recovery.Situations {
		if out := done(t, call(t, "", nil, "explain", s.Name)).out; !strings.Contains(out, s.Means) {
			t.Errorf("%s: %s", s.Name, out)
		}
	}
	if r := call(t, "", nil, "explain", "edited-lgo"); !strings.Contains(r.stderr, "explain edited-log`") {
		t.Errorf("a typo: %s", r.stderr)
	}
}
