package cli

import (
	"slices"
	"strings"
	"testing"
)

// TestGuardAttributesHide: a line by which a review does not show a file of the
// rotation, or a checkout has other bytes, is a finding under every name it has.
func TestGuardAttributesHide(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for text, want := range map[string]bool{
		"pki/rotation.yaml binary":                              true,
		"*.age -diff":                                           true,
		"pki/** diff=word":                                      true,
		"* linguist-generated":                                  true,
		"/pki/*.yaml linguist-generated=true":                   true,
		"rotation.yaml linguist-vendored":                       true,
		"pki/keys/* gitlab-generated":                           true,
		"*.yaml eol=crlf":                                       true,
		"*.yaml text eol=crlf":                                  true,
		"* text":                                                true,
		"* crlf":                                                true,
		"[attr]mine -diff\npki/* mine":                          true,
		"*.age two\n[attr]two one\n[attr]one binary":            true,
		"*.md binary\ndocs/** linguist-generated -diff":         false,
		"* -linguist-generated\n*.yaml linguist-vendored=false": false,
		"*.yaml diff\n* !diff":                                  false,
		"* -text":                                               false,
		"*.yaml text eol=lf":                                    false,
		"* text=auto\n*.sh text eol=crlf":                       false,
		"[attr]mine -diff\n*.md mine":                           false,
		"pki/* -binary":                                         false,
		"* whitespace=trailing-space linguist-language=YAML":    false,
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, ".gitattributes", text+"\n") }) })
		_, codes, out := l.guardedAt(dir)
		if refused := slices.Contains(codes, "guard-attributes"); refused != want || len(slices.Compact(codes)) > 1 {
			t.Errorf("%q: says %q, want refused %v:\n%s", text, codes, want, out)
		}
	}
}

// TestGuardAttributesOfTheBase: what the base has is no finding, unless a line goes,
// or moves, that may have held it back.
func TestGuardAttributesOfTheBase(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	base := "[attr]quiet -diff\n*.age binary\n* filter=x\npki/* -filter\npki/*.yaml text=auto\n"
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() { put(t, dir, ".gitattributes", base); put(t, dir, "pki/.gitattributes", "*.yaml diff\n") })
	})
	for name, c := range map[string]struct {
		file, text string
		want       int // findings
	}{
		"a line for other files":                {".gitattributes", base + "*.md binary\n", 0},
		"a line for others, above":              {".gitattributes", "*.md -diff\n" + base, 0},
		"a comment":                             {".gitattributes", "# mine\n" + base, 0},
		"a harmless line less":                  {".gitattributes", strings.Replace(base, "pki/*.yaml text=auto\n", "", 1), 1}, // binary is about text too
		"one more":                              {".gitattributes", base + "pki/rotation.yaml quiet\n", 1},
		"one once more":                         {".gitattributes", base + "* filter=x\n", 1},
		"what held it back goes":                {".gitattributes", strings.Replace(base, "pki/* -filter\n", "", 1), 2},
		"another order":                         {".gitattributes", strings.Replace(base, "* filter=x\npki/* -filter\n", "pki/* -filter\n* filter=x\n", 1), 3},
		"a macro that others use now":           {".gitattributes", base + "*.md quiet\n", 0},
		"in the other file":                     {"pki/.gitattributes", "*.yaml diff\n* quiet\n", 1},
		"the other file is emptied":             {"pki/.gitattributes", "\n", 1},
		"what held it back is too long for Git": {".gitattributes", strings.Replace(base, "pki/* -filter", "pki/* -filter "+strings.Repeat("x", 2100), 1), 3},
		"longer by blanks before it":            {".gitattributes", strings.Replace(base, "pki/* -filter", strings.Repeat(" ", 2100)+"pki/* -filter", 1), 3},
		"longer by blanks behind it":            {".gitattributes", strings.Replace(base, "pki/* -filter", "pki/* -filter"+strings.Repeat(" ", 2100), 1), 3},
		"it has a name that Git refuses":        {".gitattributes", strings.Replace(base, "pki/* -filter", "pki/* -filter b@d", 1), 3},
		"it has a name of Git's own":            {".gitattributes", strings.Replace(base, "pki/* -filter", "pki/* -filter builtin_objectmode", 1), 3},
		"it has one more name":                  {".gitattributes", strings.Replace(base, "pki/* -filter", "pki/* -filter mine=1 !other -third", 1), 0},
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, c.file, c.text) }) })
		_, codes, out := l.guardedAt(dir)
		if len(codes) != c.want || c.want > 0 && len(slices.Compact(codes)) > 1 {
			t.Errorf("%s: says %q, want %d:\n%s", name, codes, c.want, out)
		}
	}
}

// TestGuardShortNames: names that Windows may have given to files of the rotation,
// to their directories, and to what the guard reads of the base.
func TestGuardShortNames(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	for name, want := range map[string]string{
		"pki/ROTATI~1.YAM": "guard-path-folds", "pki/rotati~2.yam": "guard-path-folds", "PKI/RO12AB~3.YAM": "guard-path-folds",
		"pki/ALLOWE~1": "guard-path-folds", "L5D-PK~1": "guard-path-folds", "PKI~1/rotation.yaml": "guard-path-folds", `PKI~1\ROTATI~1.YAM`: "guard-path-folds",
		"GITATT~1": "guard-attributes-file", "pki/gitatt~1": "guard-attributes-file", `pki\.gitattributes`: "guard-path-windows guard-attributes-file", `pki\GITATT~1`: "guard-path-windows guard-attributes-file",
		"pki/OTHER~1.YAM": "", "docs/ROTATI~1.YAM": "", "pki/rotation~.yaml": "", "pki/rotation.yaml~": "", "docs/GITATT~1": "",
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, name, "x\n") }) })
		_, codes, out := l.guardedAt(dir)
		if want == "" && codes != nil || want != "" && !slices.Equal(codes, strings.Fields(want)) {
			t.Errorf("%q: says %q, want %q:\n%s", name, codes, want, out)
		}
	}
	dir := l.job("origin/main", func(string) {})
	key := "pki/KEYS~1/" + strings.TrimPrefix(l.keyFile(dir), "pki/keys/")
	l.committed(dir, func() { put(t, dir, key, "x\n") })
	if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, []string{"guard-path-folds"}) {
		t.Errorf("%s: says %q:\n%s", key, codes, out)
	}
}

// TestGuardShortNamesOfEvidence: names that Windows may have given to kept observations, of
// this state and of linked ones.
func TestGuardShortNamesOfEvidence(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	mesh := l.stateOf("main").Metadata.Name
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, "pki/evidence/"+mesh+"-20260528T120000Z.yaml", "x: 1\n")
			put(t, dir, "west/evidence/west-west-20260528T120000Z.yaml", "x: 1\n")
		})
		l.edit(dir, l.state, func(s string) string {
			return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: west, state: ../west/rotation.yaml}\n", 1)
		})
	})
	short := strings.ToUpper((mesh + "-20260528")[:6])
	for name, folds := range map[string]bool{
		"pki/evidence/" + short + "~1.YAM": true, "pki/EVIDEN~1/" + short + "~2.YAM": true, "west/evidence/WEST-W~1.YAM": true, "west/EVIDEN~1/west-w~1.yam": true,
		"pki/evidence/OTHER~1.YAM": false, "docs/evidence/WEST-W~1.YAM": false,
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, name, "x\n") }) })
		if _, codes, out := l.guardedAt(dir); slices.Contains(codes, "guard-path-folds") != folds {
			t.Errorf("%q: says %q:\n%s", name, codes, out)
		}
	}
}

// TestGuardNotesLinked: what the change does to the observation or the state of a
// linked cluster is said, with or without a move.
func TestGuardNotesLinked(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() { put(t, dir, "pki/west.yaml", "x: 1\n"); put(t, dir, "pki/east.yaml", "x: 1\n") })
		l.edit(dir, l.state, func(s string) string {
			return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: west, observation: west.yaml}\n  - {name: north, observation: north.yaml}\n", 1)
		})
	})
	for name, c := range map[string]struct {
		work func(dir string)
		want string
	}{
		"edited":  {func(dir string) { put(t, dir, "pki/west.yaml", "x: 2\n") }, "edits the observation of linked cluster `west`"},
		"removed": {func(dir string) { gitIn(t, dir, "rm", "-q", "pki/west.yaml") }, "removes the observation of linked cluster `west`"},
		"brought": {func(dir string) { put(t, dir, "pki/north.yaml", "x: 2\n") }, "brings the observation of linked cluster `north`"},
		"other":   {func(dir string) { put(t, dir, "pki/east.yaml", "x: 2\n") }, ""},
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { c.work(dir) }) })
		_, codes, out := l.guardedAt(dir)
		if codes != nil || !strings.Contains(out, c.want) || strings.Contains(out, "of linked cluster") != (c.want != "") {
			t.Errorf("%s: says %q, want %q:\n%s", name, codes, c.want, out)
		}
	}
}
