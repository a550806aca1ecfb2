package cli

import (
	"bytes"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// newCompat makes the directory of a release that is being prepared; those of releases
// are never changed (docs/stability.md).
var newCompat = flag.String("new-compat", "", "write fixtures/compat/VERSION, for the release that is being prepared")

// compatAt is when commands on the files of a release run.
var compatAt = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// TestCompat reads every kind of file that each earlier release wrote, with all that
// uses it, and compares what is rendered with what that release rendered. A directory
// of fixtures/compat has the files, digests.txt and, from later releases on, changed.txt
// with those digests that changed on purpose.
func TestCompat(t *testing.T) {
	if *newCompat != "" {
		makeCompat(t, filepath.Join(fixturesDir, "compat", *newCompat))
	}
	releases, err := filepath.Glob(filepath.Join(fixturesDir, "compat", "v*"))
	if err != nil || len(releases) == 0 {
		t.Fatalf("no release to be compatible with: %v", err)
	}
	for _, release := range releases {
		t.Run(filepath.Base(release), func(t *testing.T) { compatible(t, release) })
	}
}

func compatible(t *testing.T, release string) {
	t.Chdir(t.TempDir())
	copyMesh(t, ".", release)
	before := strings.Join(compatFiles(t), "\n")
	known := compatDigests(t, "digests.txt")
	maps.Copy(known, compatDigests(t, "changed.txt"))
	got := compatRender(t)
	for _, what := range slices.Sorted(maps.Keys(got)) {
		if known[what] == "" {
			t.Errorf("%s: the release has no digest of it", what)
		} else if got[what] != known[what] {
			t.Errorf("%s renders other bytes than in that release. A patch release must not do that. For a minor release, say in CHANGELOG.md what changes\nand whether pods restart, and add to changed.txt:\n%s  %s", what, got[what], what)
		}
	}
	if len(got) < 40 || len(got) != len(known) {
		t.Errorf("%d digests, the release has %d", len(got), len(known))
	}
	compatRead(t, known["head audit"])
	if after := strings.Join(compatFiles(t), "\n"); after != before {
		t.Errorf("reading changed files:\n%s\nbefore\n%s", after, before)
	}
	compatMove(t)
}

// compatEnv opens the keys of a release's meshes.
func compatEnv(t *testing.T) map[string]string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"L5D_PKI_AGE_IDENTITY": filepath.Join(dir, "identity.txt")}
}

// compatDigests reads lines of a digest and what it is of.
func compatDigests(t *testing.T, file string) map[string]string {
	t.Helper()
	found := map[string]string{}
	text, err := os.ReadFile(file)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if sum, what, ok := strings.Cut(strings.TrimSpace(line), "  "); ok {
			found[what] = sum
		}
	}
	return found
}

// compatStates are the state files of a release that are read as they are.
func compatStates(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, dir := range []string{"age", "file"} {
		files, err := filepath.Glob(dir + "/*.yaml")
		if err != nil || len(files) < 5 {
			t.Fatalf("%d states in %s (%v)", len(files), dir, err)
		}
		all = append(all, files...)
	}
	return all
}

// compatRender is the digest of each thing that is rendered.
func compatRender(t *testing.T) map[string]string {
	t.Helper()
	stream, err := os.ReadFile("input.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, file := range compatStates(t) {
		commands := [][]string{{"values"}, {"manifests", "--all"}, {"post-render", "--secrets-apart"}}
		switch {
		case strings.Contains(file, "stable-"): // of charts with another issuer scheme than the stream
			commands = commands[:2]
		case strings.HasPrefix(file, "age"):
			commands = [][]string{{"values", "--layout", "embedded", "--with-keys"}, {"manifests", "--with-keys"}, {"post-render", "--annotate", "--with-keys"}}
		}
		for _, command := range commands {
			got := callAt(t, compatAt, string(stream), compatEnv(t), append(command, "-s", file)...)
			if got.code != ExitDone || got.out == "" {
				t.Fatalf("%v of %s: code %d: %s", command, file, got.code, got.stderr)
			}
			sums[strings.Join(command, " ")+" "+filepath.ToSlash(file)] = audit.Sum([]byte(got.out))
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := state.Parse(file, text)
		if err != nil {
			t.Fatal(err)
		}
		if last, ok := s.LastEntry(); ok {
			sums["log "+filepath.ToSlash(file)] = last.Digest()
		}
	}
	head, err := os.ReadFile(filepath.Join("audit", audit.HeadFile))
	if err != nil {
		t.Fatal(err)
	}
	sums["head audit"] = audit.Sum(head)
	return sums
}

// compatRead runs what only reads.
func compatRead(t *testing.T, head string) {
	t.Helper()
	env := compatEnv(t)
	runs := [][]string{
		{"audit", "verify", "audit", "--head", head},
		{"fleet", "lint", "--fleet", "fleet.yaml"},
		{"evidence", "verify", "observations/signed.yaml", "--allowed-signers", "allowed_signers"},
	}
	for _, file := range compatStates(t) {
		runs = append(runs, []string{"log", "--verify", "-s", file}, []string{"alerts", "-s", file}, []string{"prove", "-s", file})
		if !strings.Contains(file, "stable") {
			runs = append(runs, []string{"plan", "-s", file})
		}
	}
	observations, err := filepath.Glob("observations/*.yaml")
	if err != nil || len(observations) < 3 {
		t.Fatalf("%d observations (%v)", len(observations), err)
	}
	for _, o := range observations {
		runs = append(runs, []string{"prove", "-s", "file/bundle-anchor-spread.yaml", "--evidence", o})
	}
	for _, args := range runs {
		if got := callAt(t, compatAt, "", env, args...); got.code != ExitDone {
			t.Errorf("%v: code %d: %s", args, got.code, got.stderr)
		}
	}
	if got := callAt(t, compatAt, "", env, "custody", "status", "-s", "age/stable.yaml"); got.code != ExitDone || strings.Contains(got.out, "missing") {
		t.Errorf("custody status: code %d: %s%s", got.code, got.out, got.stderr)
	}
	if got := callAt(t, compatAt, "", env, "status", "-s", "old-log.state"); got.code != ExitFailed || !strings.Contains(got.stderr, "state-log-old") {
		t.Errorf("a log of the first form: code %d: %s%s", got.code, got.out, got.stderr)
	}
}

// compatMove runs what a user does next: a log is migrated, a rotation goes on.
func compatMove(t *testing.T) {
	t.Helper()
	env := compatEnv(t)
	for _, args := range [][]string{
		{"log", "--migrate", "-s", "old-log.state"},
		{"status", "-s", "old-log.state"},
		{"advance", "-s", "age/2-anchor-spread.yaml", "--assume", "BUNDLE-LOADED", "--because", "x"},
		{"start", "webhooks", "-s", "age/stable.yaml"},
		{"audit", "pack", "audit", "-s", "age/2-anchor-spread.yaml"},
		{"audit", "verify", "audit", "--unanchored", "--state", "age/2-anchor-spread.yaml"},
	} {
		got := callAt(t, compatAt, "", env, args...)
		if got.code != ExitDone {
			t.Errorf("%v: code %d: %s", args, got.code, got.stderr)
		}
	}
}

// compatFiles are the files of the current directory with their digests.
func compatFiles(t *testing.T) (list []string) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		list = append(list, audit.Sum(text)+"  "+filepath.ToSlash(path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// keyPath is a path of a key among the fixtures.
var keyPath = regexp.MustCompile(`(?:(?:\.\./)+pki|keys)/([a-z0-9-]+\.key)`)

// makeCompat writes the files of a release with this program, from the fixtures.
func makeCompat(t *testing.T, dir string) {
	t.Helper()
	if _, err := os.Stat(dir); err == nil {
		t.Fatalf("%s exists: what a release wrote stays as it is", dir)
	}
	t.Chdir(t.TempDir())
	write := func(name string, text []byte) {
		t.Helper()
		err := os.MkdirAll(filepath.Dir(name), 0o755)
		if err == nil {
			err = os.WriteFile(name, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	fixture := func(from, to string) {
		t.Helper()
		text, err := os.ReadFile(filepath.Join(fixturesDir, filepath.FromSlash(from)))
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keyPath.FindAllSubmatch(text, -1) {
			pem, err := os.ReadFile(filepath.Join(fixturesDir, "pki", string(key[1])))
			if err != nil {
				t.Fatal(err)
			}
			write("pki/"+string(key[1]), pem)
		}
		write(to, keyPath.ReplaceAll(text, []byte("../pki/$1")))
	}
	fixture("rotation/input.yaml", "input.yaml")
	for _, phase := range []string{"bundle/anchor-spread", "bundle/anchor-dropped", "cross-sign/anchor-swapped", "issuer/issuer-switched", "webhooks/webhook-ca-added", "replace/replaced", "renew/renewed"} {
		fixture("rotation/"+phase+".yaml", "file/"+strings.ReplaceAll(phase, "/", "-")+".yaml")
	}
	for _, layout := range []string{"argocd/linkerd/pki", "flux/pki", "rendered/pki"} {
		fixture("gitops/"+layout+"/rotation.yaml", "file/stable-"+strings.Split(layout, "/")[0]+".yaml")
	}
	text, err := os.ReadFile("file/stable-argocd.yaml")
	if err != nil {
		t.Fatal(err)
	}
	write("old-log.state", append(text, oldLog()...))
	compatMesh(t, write)
	for _, name := range []string{"all-hold-both", "one-is-late"} {
		fixture("observations/"+name+".yaml", "observations/"+name+".yaml")
	}
	compatEvidence(t, write)
	var sums bytes.Buffer
	got := compatRender(t)
	for _, what := range slices.Sorted(maps.Keys(got)) {
		fmt.Fprintf(&sums, "%s  %s\n", got[what], what)
	}
	write("digests.txt", sums.Bytes())
	if err := os.CopyFS(dir, os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
}

// compatMesh rotates a mesh of custody age, and keeps the state after each move.
func compatMesh(t *testing.T, write func(string, []byte)) {
	t.Helper()
	recipient := makeIdentity(t, "identity.txt")
	at := compatAt.AddDate(0, -1, 0)
	for i, step := range []struct{ phase, command string }{
		{"stable", "init --new --linkerd-version edge-25.10.7 --name fixture --recipient " + recipient},
		{"anchor-added", "start anchor --strategy bundle --why planned"},
		{"anchor-spread", "advance --assume BUNDLE-DELIVERED --because seen"},
		{"anchor-added", "back --why wait"},
		{"anchor-spread", "advance --assume BUNDLE-DELIVERED --because seen"},
		{"issuer-switched", "advance --assume BUNDLE-LOADED --because seen"},
		{"issuer-spread", "advance --assume ISSUER-LOADED --because seen"},
		{"anchor-dropped", "advance --assume LEAVES-RENEWED --because seen"},
		{"stable", "advance --assume BUNDLE-DELIVERED --because seen"},
	} {
		at = at.Add(25 * time.Hour)
		var words []string
		for _, m := range quoted.FindAllString(step.command, -1) {
			words = append(words, strings.Trim(m, "'"))
		}
		done(t, callAt(t, at, "", compatEnv(t), append(words, "-s", "age/rotation.yaml")...))
		text, err := os.ReadFile("age/rotation.yaml")
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("age/%d-%s.yaml", i, step.phase)
		if i == 0 {
			name = "age/stable.yaml"
		}
		write(name, text)
	}
	done(t, callAt(t, at, "", nil, "audit", "pack", "audit", "-s", "age/rotation.yaml"))
	write("fleet.yaml", []byte("apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: fixture}\nspec:\n  members:\n  - {name: fixture, state: age/stable.yaml}\n"))
	if err := os.Remove("age/rotation.yaml"); err != nil {
		t.Fatal(err)
	}
}

// compatEvidence writes an observation of the second form, signed, and who may sign.
func compatEvidence(t *testing.T, write func(string, []byte)) {
	t.Helper()
	key, line := sshKey(t, "robot", forEvidence)
	page, err := os.ReadFile(filepath.Join(fixturesDir, "..", "docs", "evidence.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(page), "# fixtures/rotation/bundle/anchor-spread.yaml:")
	_, example, _ = strings.Cut(example, "\n")
	example, _, _ = strings.Cut(example, "```")
	write("observations/signed.yaml", []byte(example))
	write("allowed_signers", []byte(line))
	done(t, callAt(t, compatAt, "", nil, "evidence", "sign", "observations/signed.yaml", "--key", key))
}
