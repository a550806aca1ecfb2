package cli

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// bare is a repository without any state file.
func bare(t *testing.T) *prLand {
	t.Helper()
	l, _ := ageLand(t)
	gitIn(t, l.clone, "checkout", "-q", "--orphan", "fresh")
	gitIn(t, l.clone, "rm", "-rfq", ".")
	put(t, l.clone, "README.md", "x\n")
	put(t, l.clone, "shop/app.yaml", "kind: ConfigMap\n")
	gitIn(t, l.clone, "add", "-A")
	gitIn(t, l.clone, "commit", "-q", "-m", "begin")
	gitIn(t, l.clone, "push", "-q", "--force", "origin", "HEAD:main")
	return l
}

// TestGuardAdoption: the first state of a repository is judged as far as it can
// be: it parses, its keys are what they say, nothing is in clear, and no state
// that was there is lost or copied.
func TestGuardAdoption(t *testing.T) {
	t.Parallel()
	l := bare(t)
	started := func(dir string) { l.committed(dir, func() { l.evil(dir, "pki") }) }
	other := func(dir string) {
		l.committed(dir, func() { l.evil(dir, "west"); renameMesh(t, dir, "west/rotation.yaml", "west") })
	}
	_, signers := sshKey(t, "robot", forEvidence)
	for name, c := range map[string]struct {
		base, work func(dir string)
		want       []string
		says       string
	}{
		"the first state":                 {nil, started, nil, "there is nothing before it to judge by"},
		"and it names whom it trusts":     {nil, started, nil, "compare the fingerprints"},
		"one more state, of another mesh": {other, started, nil, "there is nothing before it to judge by"},
		"one that does not parse": {nil, func(dir string) {
			started(dir)
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "phase: stable", "phase: sable", 1) })
		}, []string{"state-choice", "state-log-end"}, "phase"},
		"dated in the future": {nil, func(dir string) {
			started(dir)
			l.edit(dir, l.state, func(s string) string {
				return regexp.MustCompile(`at: .*`).ReplaceAllString(s, `at: "2099-01-01T00:00:00Z"`)
			})
		}, []string{"guard-log-at"}, "2099"},
		"with an observation, and no key is listed": {nil, func(dir string) {
			started(dir)
			l.committed(dir, func() { put(t, dir, firstEvidence(l, dir), "x") })
		}, nil, "unverified: the base branch lists no key for evidence"},
		"with an unsigned observation": {func(dir string) { l.committed(dir, func() { put(t, dir, "pki/allowed_signers", signers) }) }, func(dir string) {
			started(dir)
			l.committed(dir, func() { put(t, dir, firstEvidence(l, dir), "x") })
		}, []string{"guard-evidence"}, "not signed"},
		"with a key in clear": {nil, func(dir string) {
			started(dir)
			l.committed(dir, func() { put(t, dir, "pki/keys/a.key", testKey(t)) })
		}, []string{"guard-key"}, "a.key"},
		"with a key file that is garbage": {nil, func(dir string) {
			started(dir)
			l.committed(dir, func() { put(t, dir, l.keyFile(dir), "garbage") })
		}, []string{"guard-key-file"}, "age"},
		"with an output that is not what it says": {nil, func(dir string) {
			started(dir)
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "spec:\n", "spec:\n  outputs:\n  - {kind: component, path: stamps}\n", 1)
			})
		}, []string{"guard-output-missing"}, "stamps"},
		"one is moved": {func(dir string) { l.committed(dir, func() { l.evil(dir, "old") }) },
			func(dir string) { l.committed(dir, func() { moveFile(t, dir, "old", "pki") }) }, []string{"guard-state-moved"}, "moved from old/rotation.yaml"},
		"one is moved and edited": {func(dir string) { l.committed(dir, func() { l.evil(dir, "old") }) },
			func(dir string) {
				l.committed(dir, func() { moveFile(t, dir, "old", "pki") })
				l.edit(dir, l.state, func(s string) string {
					return strings.Replace(s, "    - age1", "    - "+stranger(t).Recipient().String()+"\n    - age1", 1)
				})
			}, []string{"guard-recipients", "guard-state-moved"}, "moved from"},
		"one is deleted, another comes": {other, func(dir string) {
			l.committed(dir, func() { gitIn(t, dir, "rm", "-rq", "west"); l.evil(dir, "pki") })
		}, []string{"guard-state-gone"}, "west/rotation.yaml"},
		"one is copied": {func(dir string) { l.committed(dir, func() { l.evil(dir, "old") }) },
			started, []string{"guard-state-twice"}, "old/rotation.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			base := gitIn(t, l.remote, "rev-parse", "main")
			dir := l.job("origin/main", func(string) {})
			if c.base != nil {
				c.base(dir)
				base = gitIn(t, dir, "rev-parse", "HEAD")
			}
			gitIn(t, dir, "branch", "-f", "base-of-test", base)
			c.work(dir)
			l.squashed(dir, "base-of-test")
			gitIn(t, dir, "config", "remote.self.url", ".")
			code, codes, out := l.guardedAt(dir, "--remote", "self", "--base", "base-of-test")
			if slices.Sort(codes); (code == ExitDone) != (c.want == nil) || !slices.Equal(codes, c.want) || !strings.Contains(out, c.says) {
				t.Errorf("code %d, says %q, want %q with %q:\n%s", code, codes, c.want, c.says, out)
			}
		})
	}
}

func renameMesh(t *testing.T, dir, file, name string) {
	t.Helper()
	put(t, dir, file, stateNameLine.ReplaceAllString(readIn(t, dir, file), "  name: "+name))
}

// TestGuardNoState: a repository without a state passes only where that was said,
// and only as long as nothing is there that nobody judges.
func TestGuardNoState(t *testing.T) {
	t.Parallel()
	l := bare(t)
	edit := func(dir string) { l.edit(dir, "shop/app.yaml", func(s string) string { return s + "x: y\n" }) }
	adopt := func(dir string) { l.committed(dir, func() { l.evil(dir, "west") }) }
	for name, c := range map[string]struct {
		work func(dir string)
		args []string
		want []string
	}{
		"unsaid":                            {edit, nil, []string{"guard-no-state"}},
		"said":                              {edit, []string{"--allow-no-state"}, nil},
		"a state that is not named":         {adopt, []string{"--allow-no-state"}, []string{"guard-state-unnamed"}},
		"a state that another guard judges": {adopt, []string{"--allow-no-state", "--other-state", "west/rotation.yaml"}, nil},
		"a state that does not parse": {func(dir string) {
			adopt(dir)
			l.edit(dir, "west/rotation.yaml", func(s string) string { return s + "\t: [broken\n" })
		}, []string{"--allow-no-state"}, []string{"guard-state-unnamed"}},
		"a key in clear all the same": {func(dir string) { l.committed(dir, func() { put(t, dir, "a.key", testKey(t)) }) },
			[]string{"--allow-no-state"}, []string{"guard-key"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := l.job("origin/main", c.work)
			if code, codes, out := l.guardedAt(dir, c.args...); (code == ExitDone) != (c.want == nil) || !slices.Equal(codes, c.want) {
				t.Errorf("code %d, says %q, want %q:\n%s", code, codes, c.want, out)
			}
		})
	}
	dir := l.job("origin/main", edit)
	if code, _, out := l.guardedAt(dir, "--accept", "rotation-g1"); code != ExitFailed || !strings.Contains(out, "guard-accept") {
		t.Errorf("accepting a shut gate: %d: %s", code, out)
	}
}

// TestGuardQueue: in a merge queue the change is judged against what the queue
// puts it on, and not at all where that is not known.
func TestGuardQueue(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor") })
	tip := l.head("main")
	var queued string
	dir := l.job("origin/main", func(dir string) {
		l.moves(dir, "advance --assume BUNDLE-DELIVERED")
		queued = gitIn(t, dir, "rev-parse", "HEAD")
		l.moves(dir, "advance --assume BUNDLE-LOADED")
	})
	event := func(text string) {
		file := filepath.Join(t.TempDir(), "event.json")
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		l.env = map[string]string{"GITHUB_EVENT_NAME": "merge_group", "GITHUB_EVENT_PATH": file}
	}
	guard := func(args ...string) (int, []string, string) {
		// Without --base: the event has it.
		got := callAt(t, l.at, "", l.env, append([]string{"pr", "--guard", "-s", filepath.Join(dir, l.state)}, args...)...)
		return got.code, nil, got.out + got.stderr
	}
	head := gitIn(t, dir, "rev-parse", "HEAD")
	group := `{"merge_group": {"base_sha": %q, "base_ref": "refs/heads/main", "head_sha": %q}}`
	event(fmt.Sprintf(group, queued, head))
	if code, _, out := guard(); code != ExitDone || !strings.Contains(out, "issuer-switched") {
		t.Errorf("on the change before: %d: %s", code, out)
	}
	event(fmt.Sprintf(group, tip, head))
	if code, _, out := guard(); code != ExitFailed || !strings.Contains(out, "2 new log entries") {
		t.Errorf("on main: %d: %s", code, out)
	}
	for _, text := range []string{"", "{}", `{"merge_group": {"base_ref": "refs/heads/main"}}`, `{"merge_group": {"base_sha": "` + strings.Repeat("1", 40) + `", "base_ref": "refs/heads/main"}}`, `{"merge_group": {"base_sha": "--help", "base_ref": "refs/heads/main"}}`} {
		event(text)
		if code, _, out := guard(); code != ExitFailed || !strings.Contains(out, "guard-merge-group") {
			t.Errorf("%s: %d: %s", text, code, out)
		}
	}
	l.env["GITHUB_EVENT_PATH"] = filepath.Join(t.TempDir(), "missing")
	if code, _, out := guard(); code != ExitFailed || !strings.Contains(out, "guard-merge-group") {
		t.Errorf("no event: %d: %s", code, out)
	}
}

// TestGuardCheckout: a job that checked out something else than the pull request that the
// CI names has judged nothing.
func TestGuardCheckout(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor") })
	var change string
	dir := l.job("origin/main", func(dir string) {
		l.moves(dir, "advance --assume BUNDLE-DELIVERED")
		change = gitIn(t, dir, "rev-parse", "HEAD")
	})
	main := l.head("main")
	merge := gitIn(t, dir, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit-tree", "-p", main, "-p", change, "-m", "merge", change+"^{tree}")
	events := 0
	github := func(name, text string) map[string]string {
		events++
		file := filepath.Join(t.TempDir(), fmt.Sprintf("event-%d.json", events))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return map[string]string{"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": name, "GITHUB_EVENT_PATH": file, "GITHUB_BASE_REF": "main"}
	}
	pull := func(head string) string {
		return fmt.Sprintf(`{"number": 7, "pull_request": {"number": 7, "head": {"sha": %q}}}`, head)
	}
	gitlab := func(source, commit string) map[string]string {
		return map[string]string{"CI_MERGE_REQUEST_IID": "7", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
			"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": source, "CI_COMMIT_SHA": commit}
	}
	external := map[string]string{"CI_PIPELINE_SOURCE": "external_pull_request_event", "CI_EXTERNAL_PULL_REQUEST_IID": "7",
		"CI_EXTERNAL_PULL_REQUEST_TARGET_BRANCH_NAME": "main", "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_SHA": change, "CI_COMMIT_SHA": change}
	train := gitlab(change, merge)
	train["CI_MERGE_REQUEST_EVENT_TYPE"] = "merge_train"
	lost := github("pull_request", "")
	lost["GITHUB_EVENT_PATH"] = filepath.Join(t.TempDir(), "missing")
	group := func(head string) map[string]string {
		return github("merge_group", fmt.Sprintf(`{"merge_group": {"base_sha": %q, "base_ref": "refs/heads/main", "head_sha": %q}}`, main, head))
	}
	unknown := strings.Repeat("1", 40)
	const unnamed = "does not name the head"
	const checkout, target, nothing = "the job checked out something else", "runs on pull_request_target", "nothing to judge: "
	for name, c := range map[string]struct {
		env  map[string]string
		head string
		want string // "": it is judged
	}{
		"the pull request":               {github("pull_request", pull(change)), change, ""},
		"its merge":                      {github("pull_request", pull(change)), merge, ""},
		"the base":                       {github("pull_request", pull(change)), main, checkout},
		"an older commit":                {github("pull_request", pull(merge)), change, checkout},
		"a head that is not here":        {github("pull_request", pull(unknown)), change, checkout},
		"no commit":                      {github("pull_request", pull("--help")), change, checkout},
		"a review":                       {github("pull_request_review", pull(change)), main, checkout},
		"after a workflow":               {github("workflow_run", `{"workflow_run": {"event": "pull_request", "head_sha": "`+change+`"}}`), main, checkout},
		"after one, the change":          {github("workflow_run", `{"workflow_run": {"event": "pull_request", "head_sha": "`+change+`"}}`), change, ""},
		"pull_request_target":            {github("pull_request_target", pull(change)), main, target},
		"pull_request_target, no event":  {map[string]string{"GITHUB_EVENT_NAME": "pull_request_target"}, change, target},
		"pull_request_target, its head":  {github("pull_request_target", pull(change)), change, ""},
		"pull_request, no event":         {lost, change, unnamed},
		"pull_request, half an event":    {github("pull_request", "{"), change, unnamed},
		"pull_request without a head":    {github("pull_request", `{"number": 7}`), main, unnamed},
		"a review without a head":        {github("pull_request_review", "{}"), main, unnamed},
		"workflow_run, half an event":    {github("workflow_run", "{"), main, unnamed},
		"a queue":                        {group(change), change, ""},
		"a queue, the base":              {group(change), main, checkout},
		"a queue, another change":        {group(merge), change, checkout},
		"a queue without a head":         {group(""), change, unnamed},
		"a comment":                      {github("issue_comment", `{"issue": {"number": 7, "pull_request": {}}}`), main, unnamed},
		"a comment, the change":          {github("issue_comment", `{"issue": {"number": 7, "pull_request": {}}}`), change, unnamed},
		"a comment, half an event":       {github("issue_comment", "{"), main, unnamed},
		"a comment of an issue":          {github("issue_comment", `{"issue": {"number": 7}}`), main, nothing},
		"after checks":                   {github("check_suite", `{"check_suite": {"head_sha": "`+change+`"}}`), main, checkout},
		"after checks, the change":       {github("check_suite", `{"check_suite": {"head_sha": "`+change+`"}}`), change, ""},
		"after checks of the base":       {github("check_suite", `{"check_suite": {"head_sha": "`+main+`"}}`), main, nothing},
		"after checks without a head":    {github("check_suite", "{}"), main, unnamed},
		"after a check":                  {github("check_run", `{"check_run": {"head_sha": "`+change+`"}}`), main, checkout},
		"after a status":                 {github("status", `{"sha": "`+change+`"}`), main, checkout},
		"after a workflow of a push":     {github("workflow_run", `{"workflow_run": {"event": "push", "head_sha": "`+change+`"}}`), main, checkout},
		"a push to the base":             {github("push", `{"after": "`+main+`"}`), main, nothing},
		"below the base":                 {nil, main + "^", nothing},
		"by hand":                        {nil, change, ""},
		"GitLab, the branch":             {gitlab("", change), change, ""},
		"GitLab, the merge":              {gitlab(change, merge), merge, ""},
		"GitLab, the base":               {gitlab("", change), main, checkout},
		"GitLab, the base and the merge": {gitlab(change, main), main, checkout},
		"GitLab, a merge train":          {train, merge, ""},
		"GitLab, a train, the branch":    {train, change, checkout},
		"GitLab, no commit":              {gitlab("", ""), change, unnamed},
		"GitLab, another forge":          {external, change, ""},
		"GitLab, another forge's base":   {external, main, checkout},
		"GitLab, another, no commit":     {map[string]string{"CI_EXTERNAL_PULL_REQUEST_IID": "7"}, main, unnamed},
		"GitLab, no merge request":       {map[string]string{"CI_COMMIT_SHA": main}, change, ""},
	} {
		got := callAt(t, l.at, "", c.env, "pr", "--guard", "--base", "main", "--head", c.head, "-s", filepath.Join(dir, l.state))
		out := got.out + got.stderr
		if want := cmp.Or(c.want, "epoch 3"); !strings.Contains(out, want) || (c.want == checkout || c.want == target || c.want == unnamed) != (got.code == ExitFailed) ||
			c.want != nothing && strings.Contains(out, nothing) {
			t.Errorf("%s: exit code %d, want %q:\n%s", name, got.code, want, out)
		}
	}
}

// TestGuardNothing: a head that has nothing beyond the base is not that of the pull request
// that the verdict is for, and no comment says that it may be merged.
func TestGuardNothing(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.committed(dir, func() { put(t, dir, "x", "x") }) })
	dir := l.job("origin/main", func(dir string) { l.moves(dir, "start anchor") })
	change, main := gitIn(t, dir, "rev-parse", "HEAD"), l.head("main")
	event := filepath.Join(t.TempDir(), "event.json")
	put(t, filepath.Dir(event), "event.json", `{"number": 7, "pull_request": {"number": 7, "head": {"sha": "`+main+`"}}}`)
	for _, c := range []struct {
		head string
		env  map[string]string
		args []string
		code string
	}{
		{main, nil, []string{"--pull", "7"}, "guard-nothing"},
		{main + "^", nil, []string{"--pull", "7", "--dry-run"}, "guard-nothing"},
		{main, map[string]string{"GITHUB_REF": "refs/pull/7/merge"}, nil, "guard-nothing"},
		{main, nil, nil, ""},
		{change, nil, []string{"--pull", "7", "--dry-run"}, ""},
		{main, map[string]string{"GITHUB_EVENT_NAME": "pull_request", "GITHUB_EVENT_PATH": event}, nil, ""}, // it is the pull request's: it was merged
	} {
		got := callAt(t, l.at, "", c.env, append([]string{"pr", "--guard", "--base", "main", "--head", c.head, "-s", filepath.Join(dir, l.state)}, c.args...)...)
		if (got.code == ExitFailed) != (c.code != "") || !strings.Contains(got.stderr, c.code) {
			t.Errorf("%s %q %v: %d %s%s", c.head, c.args, c.env, got.code, got.out, got.stderr)
		}
	}
}

// TestGuardJump: a jump over a phase is one move; guard and `advance --to` agree.
func TestGuardJump(t *testing.T) {
	t.Parallel()
	l := land(t)
	l.commitTo("main", func(dir string) { l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED") })
	dir := l.job("origin/main", func(dir string) {
		l.moves(dir, "advance --to issuer-spread --assume BUNDLE-LOADED --assume ISSUER-LOADED --force")
	})
	if code, codes, out := l.guarded(dir); code != ExitDone || !strings.Contains(out, `"to": "issuer-spread"`) {
		t.Errorf("%q\n%s", codes, out)
	}
	// The same jump without the words that opened it.
	l.edit(dir, l.state, func(s string) string {
		return strings.Replace(s, "code: BUNDLE-LOADED", "code: WAVE-DONE", 1)
	})
	if code, codes, out := l.guarded(dir); code != ExitFailed {
		t.Errorf("without a word: %q\n%s", codes, out)
	}
}

// stateNameLine is metadata.name as `init` writes it.
var stateNameLine = regexp.MustCompile(`(?m)^  name: *["']?[-a-z0-9]+["']?`)

// firstEvidence is where an observation of a first state is.
func firstEvidence(l *prLand, dir string) string {
	name := l.stateIn(dir).Metadata.Name
	return "pki/evidence/" + name + "-" + name + "-20260601T120000Z.yaml"
}
