package cli

import (
	"path"
	"slices"
	"strings"
	"testing"
)

// TestGuardMovedPlace: where a maintainer accepts that the state moves, what lies beside
// it is judged as before.
func TestGuardMovedPlace(t *testing.T) {
	t.Parallel()
	const rules = "creation_rules:\n- age: age1rule\n"
	plain, _ := ageLand(t)
	plain.commitTo("main", func(dir string) {
		plain.committed(dir, func() {
			put(t, dir, "pki/allowed_signers", "observer@example.com ssh-ed25519 AAAA\n")
			put(t, dir, ".gitattributes", "hidden/** -diff\n")
		})
	})
	sops := sopsLand(t, "")
	sops.commitTo("main", func(dir string) {
		sops.committed(dir, func() {
			put(t, dir, "pki/.sops.yaml", rules)
			put(t, dir, "team/.sops.yaml", strings.Replace(rules, "rule", "team", 1))
		})
	})
	for name, c := range map[string]struct {
		l          *prLand
		to         string
		left, want []string
	}{
		"with all":                     {plain, "new", nil, nil},
		"the signers left":             {plain, "new", []string{"allowed_signers"}, []string{"guard-signers"}},
		"below a line of the base":     {plain, "hidden", nil, []string{"guard-attributes"}},
		"sops, with all":               {sops, "new", nil, nil},
		"sops, the rules left":         {sops, "new", []string{".sops.yaml"}, []string{"guard-recipients"}},
		"sops, to the rules of others": {sops, "team", []string{".sops.yaml"}, []string{"guard-recipients"}},
	} {
		t.Run(name, func(t *testing.T) {
			dir := c.l.job("origin/main", func(dir string) {
				c.l.committed(dir, func() {
					for file := range strings.FieldsSeq(gitIn(t, dir, "ls-files", "pki")) {
						if below := strings.TrimPrefix(file, "pki/"); !slices.Contains(c.left, below) {
							put(t, dir, path.Join(c.to, below), gitIn(t, dir, "show", "HEAD:"+file)+"\n")
							gitIn(t, dir, "rm", "-q", "--cached", file)
						}
					}
					gitIn(t, dir, "clean", "-fdqx", "pki")
				})
			})
			was := c.l.state
			defer func() { c.l.state = was }()
			for _, c.l.state = range []string{was, path.Join(c.to, "rotation.yaml")} { // a workflow may name either
				_, codes, out := c.l.guardedAt(dir, "--accept", "guard-state-moved", "--accept", "guard-keys")
				slices.Sort(codes)
				if !slices.Equal(slices.Compact(codes), c.want) {
					t.Errorf("--state %s: says %q, want %q:\n%s", c.l.state, codes, c.want, out)
				}
			}
		})
	}
}

// TestGuardMovedElsewhere: a maintainer who accepts that the state moves accepts no other
// anchor, key or recipient, also where the workflow names the old place; nor a state that
// cannot be judged.
func TestGuardMovedElsewhere(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for name, c := range map[string]struct {
		to, want string
		edit     func(state string) string
	}{
		"with other recipients":           {"new/rotation.yaml", "guard-recipients", swapRecipients},
		"with another status":             {"new/rotation.yaml", "state-phase-needs-rotation", func(s string) string { return strings.Replace(s, "phase: stable", "phase: anchor-added", 1) }},
		"to a name that is not displayed": {"new/`rotation.yaml", "guard-unreadable", func(s string) string { return s }},
	} {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				text := gitIn(t, dir, "show", "HEAD:"+l.state) + "\n"
				gitIn(t, dir, "mv", "pki", "new")
				gitIn(t, dir, "rm", "-q", "--cached", "new/rotation.yaml")
				put(t, dir, c.to, c.edit(text))
			})
		})
		_, codes, out := l.guardedAt(dir, "--accept", "guard-state-moved", "--accept", "guard-keys")
		if !slices.Contains(codes, c.want) {
			t.Errorf("%s: says %q, want %q:\n%s", name, codes, c.want, out)
		}
	}
}

// TestGuardAttributesBefore: a line of .gitattributes for files that a later move brings
// is a finding when it comes.
func TestGuardAttributesBefore(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for line, want := range map[string]bool{
		"pki/evidence/** -diff": true, "pki/evidence/linkerd-prod-2027* linguist-generated": true, "pki/keys/2027* filter=x": true, "pki/keys/2099.age working-tree-encoding=UTF-16": true,
		"pki/evidence export-ignore": true, "**/evidence/*.yaml -diff": true,
		"docs/** -diff": false, "*.md -diff": false, "pki/keys/README -diff": false, "pki/evidence/notes.txt -diff": false, "pki/evidence/** diff": false,
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, ".gitattributes", line+"\n") }) })
		_, codes, out := l.guardedAt(dir)
		if slices.Equal(codes, []string{"guard-attributes"}) != want || !want && codes != nil {
			t.Errorf("%s: says %q:\n%s", line, codes, out)
		}
	}
}

// TestGuardMovedEvidence: an observation that lay where the state moves to was nobody's
// evidence when it came, so it is judged when it becomes one.
func TestGuardMovedEvidence(t *testing.T) {
	t.Parallel()
	_, line := sshKey(t, "robot", forEvidence)
	l, _ := ageLand(t)
	name := l.stateOf("main").Metadata.Name
	planted := "new/evidence/" + name + "-" + name + "-20260601T120000Z.yaml"
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, "pki/allowed_signers", line)
			put(t, dir, planted, "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: "+name+"\nat: 2026-06-01T12:00:00Z\ncoverage: []\n")
		})
	})
	moved := func(to string) (codes []string, out string) {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				for file := range strings.FieldsSeq(gitIn(t, dir, "ls-files", "pki")) {
					put(t, dir, path.Join(to, strings.TrimPrefix(file, "pki/")), gitIn(t, dir, "show", "HEAD:"+file)+"\n")
					gitIn(t, dir, "rm", "-q", "--cached", file)
				}
				gitIn(t, dir, "clean", "-fdqx", "pki")
			})
		})
		was := l.state
		l.state = path.Join(to, "rotation.yaml")
		defer func() { l.state = was }()
		_, codes, out = l.guardedAt(dir, "--accept", "guard-state-moved", "--accept", "guard-keys")
		return codes, out
	}
	if codes, out := moved("new"); !slices.Contains(codes, "guard-evidence") {
		t.Errorf("beside the observation: %v %s", codes, out)
	}
	if codes, out := moved("elsewhere"); slices.Contains(codes, "guard-evidence") {
		t.Errorf("elsewhere: %v %s", codes, out)
	}
}

// TestGuardMovedLinks: links of a state that moves lead to the files of before, however
// they are written; a copy of the linked state is another file.
func TestGuardMovedLinks(t *testing.T) {
	t.Parallel()
	l := placesLand(t)
	const was, west = "../../west/rotation.yaml", "west/rotation.yaml"
	for name, c := range map[string]struct {
		to, link string
		moves    string // where the linked state goes
		copies   string
		want     []string
	}{
		"beside":                    {"linkerd/new", was, "", "", nil},
		"deeper, written anew":      {"a/b/c", "../../../west/rotation.yaml", "", "", nil},
		"deeper, not written anew":  {"a/b/c", was, "", "", []string{"guard-spec"}},
		"both move":                 {"a/linkerd/pki", was, "a/west/rotation.yaml", "", nil},
		"to a copy":                 {"a/linkerd/pki", was, "", "a/west/rotation.yaml", []string{"guard-spec"}},
		"to a copy, the other also": {"a/linkerd/pki", was, "gone/rotation.yaml", "a/west/rotation.yaml", nil},
		"does not move, to a copy":  {"linkerd/pki", "../../copy/rotation.yaml", "", "copy/rotation.yaml", []string{"guard-spec"}},
		"does not move, by a dot":   {"linkerd/pki", "./../../west/rotation.yaml", "", "", nil},
	} {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				text := gitIn(t, dir, "show", "HEAD:"+west) + "\n"
				for _, file := range []string{c.moves, c.copies} {
					if file != "" {
						put(t, dir, file, text)
					}
				}
				if c.moves != "" {
					gitIn(t, dir, "rm", "-q", west)
				}
				for file := range strings.FieldsSeq(gitIn(t, dir, "ls-files", "linkerd/pki")) {
					content := gitIn(t, dir, "show", "HEAD:"+file) + "\n"
					gitIn(t, dir, "rm", "-q", "--cached", file)
					if file == l.state {
						content = strings.Replace(content, was, c.link, 1)
					}
					put(t, dir, path.Join(c.to, path.Base(file)), content)
				}
				if c.to != "linkerd/pki" {
					gitIn(t, dir, "clean", "-fdqx", "linkerd/pki")
				}
			})
		})
		_, codes, out := l.guardedAt(dir, "--accept", "guard-state-moved", "--accept", "guard-keys")
		codes = slices.DeleteFunc(codes, func(code string) bool { return code != "guard-spec" })
		if !slices.Equal(codes, c.want) {
			t.Errorf("%s: says %q, want %q:\n%s", name, codes, c.want, out)
		}
	}
}
