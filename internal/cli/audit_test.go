package cli

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
)

// auditedAt is when the rotation of the tests begins.
var (
	auditedAt = time.Date(2026, 11, 27, 9, 54, 3, 0, time.UTC)
	quoted    = regexp.MustCompile(`"[^"]*"|'[^']*'|[^\s"']+`)
)

// perform runs one command at an instant and returns all that it prints.
func perform(t *testing.T, at time.Time, command string) string {
	t.Helper()
	words := quoted.FindAllString(command, -1)
	for i, word := range words {
		words[i] = strings.Trim(word, `"'`)
	}
	switch words[0] {
	case "cd":
		t.Chdir(words[1])
		return ""
	case "git":
		cmd := exec.Command("git", append([]string{"-c", "user.name=tour", "-c", "user.email=tour@example.com", "-c", "commit.gpgsign=false"}, words[1:]...)...)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("$ %s: %v\n%s", command, err, out)
		}
		return string(out)
	}
	r := callAt(t, at, "", nil, words[1:]...)
	return r.out + r.stderr
}

// audited is a repository with a pack of three moves in the current directory.
func audited(t *testing.T, more ...string) {
	t.Helper()
	t.Chdir(t.TempDir())
	at := auditedAt
	for _, command := range append([]string{
		"git init -q -b main mesh", "cd mesh",
		"l5d-pki-render init --new --linkerd-version 2.18 --name east --keys-dir ../keys", "git add .", "git commit -q -m one",
		"l5d-pki-render start anchor --strategy bundle --why 'as planned'", "git commit -q -a -m two --trailer Ticket=4711",
		"l5d-pki-render advance --assume BUNDLE-DELIVERED --because seen", "git commit -q -a -m three",
	}, more...) {
		perform(t, at, command)
		at = at.Add(time.Second)
	}
}

// verdict calls audit verify.
func verdict(t *testing.T, code int, says string, args ...string) {
	t.Helper()
	got := call(t, "", nil, append([]string{"audit", "verify"}, args...)...)
	if got.code != code || !strings.Contains(got.out+got.stderr, says) {
		t.Errorf("verify %v: code %d, want %d and %q: %s%s", args, got.code, code, says, got.out, got.stderr)
	}
}

// TestAuditFacts: the statements have the commits, trailers, words and reviews, and a
// proof that prove repeats.
func TestAuditFacts(t *testing.T) {
	audited(t)
	commit := strings.TrimSpace(perform(t, auditedAt, "git rev-parse HEAD~1"))
	export := `[{"url":"https://forge.example/7","mergedAt":"x","mergedBy":{"login":"max"},"mergeCommit":{"oid":"` + commit + `"},"reviews":[{"author":{"login":"eva"},"state":"APPROVED","submittedAt":"y"}]}]`
	if err := os.WriteFile("../reviews.json", []byte(export), 0o600); err != nil {
		t.Fatal(err)
	}
	done(t, call(t, "", nil, "audit", "pack", "audit", "--reviews", "../reviews.json"))
	before := readTree(t, "audit")
	done(t, call(t, "", nil, "audit", "pack", "audit", "--reviews", "../reviews.json"))
	if after := readTree(t, "audit"); len(after) != 4 || strings.Join(after, "") != strings.Join(before, "") {
		t.Errorf("%d files, and a second pack differs", len(after))
	}
	second, third := moveIn(t, "audit/0002.json"), moveIn(t, "audit/0003.json")
	if second.Commit.ID != commit || second.Commit.Trailers["Ticket"] != "4711" || !strings.HasPrefix(second.Commit.Author, "tour <") || second.Commit.CommittedAt == "" {
		t.Errorf("%+v", second.Commit)
	}
	if second.Entry.Why != "as planned" || second.Review.MergedBy != "max" || second.Review.Reviews[0].By != "eva" || second.Review.Source != audit.Sum([]byte(export)) || third.Review.Recorded {
		t.Errorf("%+v\n%+v", second, third.Review)
	}
	if third.Entry.Assumed[0].Because != "seen" || !third.Evidence.Complete || third.Entry.Evidence == "" || third.From != "anchor-added" {
		t.Errorf("%+v", third)
	}
	then := perform(t, auditedAt, "git show "+commit+":rotation.yaml")
	if err := os.WriteFile("../then.yaml", []byte(then), 0o600); err != nil {
		t.Fatal(err)
	}
	var proof struct{ Digest string }
	if err := json.Unmarshal([]byte(done(t, call(t, "", nil, "prove", "-s", "../then.yaml", "--at", second.Entry.At, "-o", "json")).out), &proof); err != nil || proof.Digest != second.Proof.Digest || proof.Digest == "" {
		t.Errorf("prove has %q, the statement %q (%v)", proof.Digest, second.Proof.Digest, err)
	}
}

// moveIn reads a statement as any program can: base64 and JSON.
func moveIn(t *testing.T, file string) audit.Move {
	t.Helper()
	var envelope struct{ Payload string }
	text, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(text, &envelope)
	}
	if err != nil {
		t.Fatal(err)
	}
	payload, err := base64.StdEncoding.DecodeString(envelope.Payload)
	var s audit.Statement
	if err == nil {
		err = json.Unmarshal(payload, &s)
	}
	if err != nil || s.Type != audit.StatementType {
		t.Fatalf("%v: %s", err, payload)
	}
	return s.Predicate
}

// readTree is the text of every file of a directory, each after its name.
func readTree(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e.Name()+"\n"+string(text))
	}
	return all
}

// TestAuditAnchors: each anchor shows what only it can.
func TestAuditAnchors(t *testing.T) {
	key, line := sshKey(t, "auditor", `namespaces="l5d-pki-audit"`)
	other, otherLine := sshKey(t, "other", `namespaces="l5d-pki-evidence"`)
	audited(t)
	pack := func(args ...string) string {
		t.Helper()
		digest, _, _ := strings.Cut(done(t, call(t, "", nil, append([]string{"audit", "pack", "audit"}, args...)...)).out, " ")
		return digest
	}
	write := func(file, text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	digest := pack()
	verdict(t, ExitFailed, "audit-unanchored", "audit")
	verdict(t, ExitDone, "consistent, not anchored: 3 statements", "audit", "--unanchored")
	verdict(t, ExitDone, "intact: 3 statements", "audit", "--head", digest)
	verdict(t, ExitDone, "intact: 3 statements", "audit", "--head", "sha256:"+strings.ToUpper(digest))
	verdict(t, ExitFailed, "audit-anchor", "audit", "--head", digest[:63]+"x")
	verdict(t, ExitFailed, "audit-files", "audit", "--commit", "HEAD")
	perform(t, auditedAt, "git add audit")
	perform(t, auditedAt, "git commit -q -m audit")
	verdict(t, ExitDone, "as in commit", "audit", "--commit", "HEAD", "--state", "rotation.yaml")
	write("signers", otherLine)
	verdict(t, ExitFailed, "no key that may sign a pack", "audit", "--allowed-signers", "signers")
	write("signers", otherLine+line)
	verdict(t, ExitFailed, "the file is not signed", "audit", "--allowed-signers", "signers")

	older := readTree(t, "audit")[:2] // two statements, whose head is made anew below
	signed := pack("--key", key)
	verdict(t, ExitDone, "signed by auditor@example.com", "audit", "--allowed-signers", "signers")
	verdict(t, ExitDone, "does not show whether this is the newest", "audit", "--allowed-signers", "signers")
	verdict(t, ExitFailed, "audit-anchor", "audit", "--commit", "HEAD")
	if again := pack("--key", key); again != signed {
		t.Error("Ed25519 signs the same twice, and the packs differ")
	}
	pack("--key", other)
	verdict(t, ExitFailed, "no listed key has signed", "audit", "--allowed-signers", "signers")
	pack("--key", key)
	head := readTree(t, "audit")[3]
	at := strings.Index(head, `"sig":"`) + 120
	swap := "A"
	if head[at:at+1] == "A" {
		swap = "B"
	}
	write("audit/head.json", strings.TrimPrefix(head[:at]+swap+head[at+1:], "head.json\n"))
	verdict(t, ExitFailed, "the signature does not fit", "audit", "--unanchored")

	dropTail(t, older)
	verdict(t, ExitDone, "consistent, not anchored: 2 statements", "audit", "--unanchored")
	verdict(t, ExitFailed, "audit-anchor", "audit", "--head", digest)
	verdict(t, ExitFailed, "audit-anchor", "audit", "--commit", "HEAD")
	verdict(t, ExitFailed, "audit-log", "audit", "--unanchored", "--state", "rotation.yaml")
	pack()
	verdict(t, ExitDone, "intact: 3 statements", "audit", "--head", digest)
}

// dropTail leaves two statements and a head that was made for them.
func dropTail(t *testing.T, files []string) {
	t.Helper()
	var payloads [][]byte
	for _, file := range files {
		_, text, _ := strings.Cut(file, "\n")
		var envelope struct{ Payload []byte }
		if err := json.Unmarshal([]byte(text), &envelope); err != nil {
			t.Fatal(err)
		}
		payloads = append(payloads, envelope.Payload)
	}
	made, err := audit.Files("east", payloads, nil)
	if err == nil {
		err = os.RemoveAll("audit")
	}
	if err == nil {
		err = os.Mkdir("audit", 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range made {
		if err := os.WriteFile("audit/"+name, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestAuditPlaces: links are not followed, neither to be read nor to be written, and
// nothing of others is removed.
func TestAuditPlaces(t *testing.T) {
	audited(t, "l5d-pki-render audit pack audit")
	for what, arrange := range map[string]func() error{
		"a link to a copy": func() error {
			if err := os.Rename("audit/0002.json", "../0002.json"); err != nil {
				return err
			}
			return os.Symlink("../../0002.json", "audit/0002.json")
		},
		"a directory": func() error { return os.Mkdir("audit/0004.json", 0o755) },
		"a file":      func() error { return os.WriteFile("audit/notes.txt", nil, 0o644) },
		"a hidden":    func() error { return os.WriteFile("audit/.gitkeep", nil, 0o644) },
	} {
		if err := os.RemoveAll("audit"); err != nil {
			t.Fatal(err)
		}
		done(t, call(t, "", nil, "audit", "pack", "audit"))
		if err := arrange(); err != nil {
			t.Fatal(err)
		}
		verdict(t, ExitFailed, "audit-files", "audit", "--unanchored")
		if got := call(t, "", nil, "audit", "pack", "audit"); got.code != ExitFailed || !strings.Contains(got.stderr, "audit-files") {
			t.Errorf("%s: pack: code %d: %s%s", what, got.code, got.out, got.stderr)
		}
	}
	for _, dir := range []string{".git/audit", ".github/workflows"} {
		if got := call(t, "", nil, "audit", "pack", dir); got.code != ExitFailed || !strings.Contains(got.stderr, "cli-place") {
			t.Errorf("%s: code %d: %s", dir, got.code, got.stderr)
		}
	}
	if err := os.Symlink("../keys", "way-out"); err != nil {
		t.Fatal(err)
	}
	if got := call(t, "", nil, "audit", "pack", "way-out/x"); got.code != ExitFailed {
		t.Errorf("a link leads out of the repository, and the pack is written: %s", got.out)
	}
}

// TestAuditHistories: what Git does not have is not invented.
func TestAuditHistories(t *testing.T) {
	audited(t, "l5d-pki-render rollout --assume BUNDLE-DELIVERED --because seen")
	done(t, call(t, "", nil, "audit", "pack", "audit"))
	fourth := moveIn(t, "audit/0004.json")
	if fourth.Commit.Recorded || !fourth.Proof.Recorded || !fourth.Certificates.Recorded || fourth.Entry.Move != "rollout" {
		t.Errorf("a move that is not committed: %+v", fourth)
	}
	perform(t, auditedAt, "git reset -q --soft HEAD~2")
	perform(t, auditedAt, "git commit -q -a -m squashed")
	done(t, call(t, "", nil, "audit", "pack", "audit"))
	second, fourth := moveIn(t, "audit/0002.json"), moveIn(t, "audit/0004.json")
	if !second.Commit.Recorded || second.Proof.Recorded || !fourth.Proof.Recorded || second.Commit.ID != fourth.Commit.ID {
		t.Errorf("three moves in one commit: %+v", second)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	perform(t, auditedAt, "git clone -q --depth 1 file://"+here+" ../shallow")
	if got := call(t, "", nil, "audit", "pack", "../shallow/audit", "-s", "../shallow/rotation.yaml"); got.code != ExitFailed || !strings.Contains(got.stderr, "audit-shallow") {
		t.Errorf("a shallow clone: code %d: %s", got.code, got.stderr)
	}
	text, err := os.ReadFile("rotation.yaml")
	if err == nil {
		err = os.WriteFile("../rotation.yaml", text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	done(t, call(t, "", nil, "audit", "pack", "../audit", "-s", "../rotation.yaml"))
	if first := moveIn(t, "../audit/0001.json"); first.Commit.Recorded || first.Proof.Recorded || first.Commit.Reason == "" {
		t.Errorf("no repository: %+v", first)
	}
}

// TestAuditMoved: the commits from before the state came to its path are named, with the
// evidence that lay beside it there.
func TestAuditMoved(t *testing.T) {
	audited(t, "git mv rotation.yaml state.yaml", "git commit -q -m moved")
	was := strings.Fields(perform(t, auditedAt, "git log --format=%H"))
	done(t, call(t, "", nil, "audit", "pack", "audit", "-s", "state.yaml"))
	for i, file := range []string{"audit/0001.json", "audit/0002.json", "audit/0003.json"} {
		if got := moveIn(t, file); got.Commit.ID != was[3-i] {
			t.Errorf("%s names %q, want %s", file, got.Commit.ID, was[3-i])
		}
	}
}
