package cli

import (
	"path"
	"slices"
	"testing"
)

// TestGuardFoldsInto: a new path that some file systems put into evidence/ or beside the
// keys, or over a file there, is refused: commands read what is there from the disk.
func TestGuardFoldsInto(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	const kept = "pki/evidence/east-east-20260601T100000Z.yaml"
	l.commitTo("main", func(dir string) { l.committed(dir, func() { put(t, dir, kept, "x") }) })
	dir := l.job("origin/main", func(string) {})
	keys := path.Dir(l.keyFile(dir))
	for name, want := range map[string]bool{
		"pki/Evidence/east-east-20260601T110000Z.yaml": true, "pki/EVIDENCE/x": true, "PKI/evidence/x": true, "pki/evidence./x": true, "pki/EVIDEN~1/x": true,
		"pki/evidence/EAST-E~1.YAM": true, "pki/evidence/east-e~2.yam": true, "pki/evidence/OTHER~1.YAM": false,
		"pki/evidence/east-east-20260601T100000Z.YAML": true, "pki/evidence/EAST-east-20260601T100000Z.yaml": true,
		path.Dir(keys) + "/Keys/new.age": true, path.Dir(keys) + "/KEYS/deep/new.age": true,
		"pki/evidence/notes.txt": false, "docs/Evidence/x": false, "pki/evident/x": false, "pki/evidence-of-mine/x": false, keys + "/README.md": false,
	} {
		dir := l.job("origin/main", func(dir string) { l.committed(dir, func() { put(t, dir, name, "x") }) })
		if _, codes, out := l.guardedAt(dir); slices.Contains(codes, "guard-path-folds") != want {
			t.Errorf("%s: %v: %s", name, codes, out)
		}
	}
}

// TestGuardFoldsIntoLinked: the same beside a linked state.
func TestGuardFoldsIntoLinked(t *testing.T) {
	t.Parallel()
	l := placesLand(t)
	l.commitTo("main", func(dir string) { l.keeps(dir, westEvidence, "west", l.at, "") })
	for name, want := range map[string]bool{
		"west/evidence/WEST-W~1.YAM": true, "west/EVIDENCE/x": true, "west/evidence/notes.txt": false, "other/EVIDENCE/x": false,
	} {
		dir := l.job("origin/main", func(dir string) { l.edit(dir, name, func(string) string { return "x" }) })
		if _, codes, out := l.guarded(dir); slices.Contains(codes, "guard-path-folds") != want {
			t.Errorf("%s: %v: %s", name, codes, out)
		}
	}
}
