package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// sshKey makes a key and its line in an allowed_signers file.
func sshKey(t *testing.T, name, options string) (path, line string) {
	t.Helper()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("SKIPPED, NOT PASSED: no ssh-keygen, so nothing can be signed")
	}
	path = filepath.Join(t.TempDir(), name)
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", path).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	public, err := os.ReadFile(path + ".pub")
	if err != nil {
		t.Fatal(err)
	}
	return path, name + "@example.com " + options + " " + string(public)
}

const forEvidence = `namespaces="git,l5d-pki-evidence"`

// TestEvidenceSigned: who is listed is believed, and nothing else is.
func TestEvidenceSigned(t *testing.T) {
	key, line := sshKey(t, "robot", forEvidence)
	other, otherLine := sshKey(t, "other", forEvidence)
	_, gitLine := sshKey(t, "git", `namespaces="git"`)
	dir := t.TempDir()
	file, list := filepath.Join(dir, "observation.yaml"), filepath.Join(dir, "allowed_signers")
	fresh := readFixture(t, "observations", "all-hold-both.yaml")
	write := func(path, text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
	}
	sign := func(key string) {
		t.Helper()
		if got := call(t, "", nil, "evidence", "sign", file, "--key", key); got.code != ExitDone || got.out != "" {
			t.Fatalf("code %d: %s%s", got.code, got.out, got.stderr)
		}
	}
	verify := func(code int, says string) {
		t.Helper()
		got := call(t, "", nil, "evidence", "verify", file, "--allowed-signers", list)
		if got.code != code || !strings.Contains(got.out+got.stderr, says) {
			t.Errorf("code %d: %s%s", got.code, got.out, got.stderr)
		}
	}
	write(file, fresh)
	write(list, gitLine+line)
	verify(ExitFailed, "evidence-unsigned")
	sign(key)
	verify(ExitDone, "signed by robot@example.com, key SHA256:")
	text, err := os.ReadFile(file)
	if err != nil || !strings.HasPrefix(string(text), fresh) {
		t.Fatalf("the observation was changed (%v): %s", err, text)
	}
	if o, err := rotation.ParseObservation(file, text); err != nil || len(o.Identity) == 0 {
		t.Errorf("a signed observation cannot be read: %v", err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("its mode changed: %v (%v)", info.Mode(), err)
	}
	signed := string(text)
	sign(key) // again: the signature is replaced
	verify(ExitDone, "signed by robot@")
	write(file, strings.Replace(signed, "count: 3", "count: 4", 1))
	verify(ExitFailed, "evidence-signer")
	write(file, signed+"# more\n")
	verify(ExitFailed, "evidence-form")
	write(file, fresh)
	sign(other)
	verify(ExitFailed, "evidence-signer")
	write(list, otherLine)
	verify(ExitDone, "signed by other@example.com")
	write(list, strings.Replace(otherLine, "namespaces=", `valid-before="20200101",namespaces=`, 1))
	verify(ExitFailed, "evidence-signer")
	write(list, gitLine)
	verify(ExitFailed, "evidence-no-keys")
	for why, args := range map[string][]string{
		"evidence-keygen":  {"sign", file, "--key", filepath.Join(dir, "none")},
		"observation-head": {"sign", list, "--key", key},
		"cli-read":         {"verify", file + ".none", "--allowed-signers", filepath.Join(dir, "none")},
	} {
		if got := call(t, "", nil, append([]string{"evidence"}, args...)...); got.code != ExitFailed || why != "observation-head" && !strings.Contains(got.stderr, why) {
			t.Errorf("%s: code %d: %s", why, got.code, got.stderr)
		}
	}
}

// TestEvidenceNotSigned: where ssh-keygen succeeds and gives no whole signature, the
// file stays as it was.
func TestEvidenceNotSigned(t *testing.T) {
	key, _ := sshKey(t, "robot", forEvidence)
	for name, output := range map[string]string{
		"nothing": "", "a blank line": "\n", "a word": "Signing\n", "half": "-----BEGIN SSH SIGNATURE-----\nAAAA\n",
		"its end":      "AAAA\n-----END SSH SIGNATURE-----\n",
		"another text": "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\nmore: text\n",
	} {
		dir := t.TempDir()
		program := "#!/bin/sh\ncat >/dev/null\nprintf '%b' '" + strings.ReplaceAll(output, "\n", `\n`) + "'\n"
		if err := os.WriteFile(filepath.Join(dir, "ssh-keygen"), []byte(program), 0o755); err != nil {
			t.Fatal(err)
		}
		file, before := filepath.Join(dir, "observation.yaml"), readFixture(t, "observations", "all-hold-both.yaml")
		if err := os.WriteFile(file, []byte(before), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		got := call(t, "", nil, "evidence", "sign", file, "--key", key)
		if after, err := os.ReadFile(file); got.code != ExitFailed || !strings.Contains(got.stderr, "evidence-keygen") || string(after) != before {
			t.Errorf("%s: code %d (%v): %s", name, got.code, err, got.stderr)
		}
	}
}

// TestGuardEvidenceAuthors: where the base branch lists keys for evidence, an
// observation that none of them signed is a finding; else it is shown as
// unverified. A key for commits alone changes nothing.
func TestGuardEvidenceAuthors(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	other, _ := sshKey(t, "other", forEvidence)
	_, gitLine := sshKey(t, "git", `namespaces="git"`)
	l := land(t)
	beside := func(name string) string { return filepath.Join(filepath.Dir(l.state), name) }
	name := beside("evidence/" + l.stateOf("main").Metadata.Name + "-" + l.stateOf("main").Metadata.Name + "-20260601T120000Z.yaml")
	observation := fmt.Sprintf("apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: %s\nat: 2026-06-01T12:00:00Z\ncoverage: []\n", l.stateOf("main").Metadata.Name)
	brought := func(key string, edit func(string) string) func(dir string) {
		return func(dir string) {
			l.edit(dir, name, func(string) string {
				file := filepath.Join(t.TempDir(), "observation.yaml")
				if err := os.WriteFile(file, []byte(observation), 0o600); err != nil {
					t.Fatal(err)
				}
				if key != "" {
					if got := call(t, "", nil, "evidence", "sign", file, "--key", key); got.code != ExitDone {
						t.Fatal(got.stderr)
					}
				}
				text, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				return edit(string(text))
			})
		}
	}
	same := func(s string) string { return s }
	judged := func(work func(string), found bool, says string, args ...string) {
		t.Helper()
		_, _, out := l.guarded(l.job("origin/main", work), args...)
		if strings.Contains(out, "guard-evidence") != found || !strings.Contains(out, says) {
			t.Errorf("wants %q:\n%s", says, out)
		}
	}
	judged(brought("", same), false, "as committed by `Test \\u003ctest@example.com\\u003e`, unverified")
	l.commitTo("main", func(dir string) { l.edit(dir, beside("allowed_signers"), func(string) string { return gitLine }) })
	judged(brought("", same), false, "unverified")
	l.commitTo("main", func(dir string) {
		l.edit(dir, beside("allowed_signers"), func(string) string { return gitLine + line })
	})
	judged(brought("", same), true, "the observation is not signed")
	judged(brought(other, same), true, "no listed key has signed")
	judged(brought(key, func(s string) string { return strings.Replace(s, "coverage: []", "coverage: [] ", 1) }), true, "no listed key has signed")
	judged(brought(key, func(s string) string { return s + "# more\n" }), true, "not at the end")
	judged(brought(key, same), false, "is signed by `robot@example.com`")
	// A file that was there becomes evidence by a link of the change.
	const there = "observations/x.yaml"
	linked := func(cluster, link string) func(dir string) {
		l.commitTo("main", func(dir string) {
			l.edit(dir, there, func(string) string {
				return strings.Replace(observation, "cluster: "+l.stateOf("main").Metadata.Name, "cluster: "+cluster, 1)
			})
		})
		return func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: "+link+", observation: ../../"+there+"}\n", 1)
			})
		}
	}
	judged(linked("west", "west"), true, "the observation is not signed")
	judged(linked("west2", "west"), true, "the observation is not signed")
	own := l.stateOf("main").Metadata.Name
	judged(linked(own, "west"), true, "the observation is not signed")
	judged(linked(own+"2", own), false, "the name of this state's own cluster")
	long := brought("", same)
	_, _, out := l.guarded(l.job("origin/main", func(dir string) {
		gitIn(t, dir, "config", "user.name", strings.Repeat("x", 5000))
		long(dir)
	}))
	if strings.Contains(out, strings.Repeat("x", 300)) {
		t.Error("a committer's name is shown whole")
	}
	code, _, out := l.guarded(l.job("origin/main", brought("", same)), "--accept", "guard-evidence")
	if code != ExitDone || !strings.Contains(out, "accepted") {
		t.Errorf("accepted: code %d: %s", code, out)
	}
}
