package cli

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardPinsOfUnjudgedStates: a pin leads to a commit that no guard judged, so what its
// state says of leaves, links, the mesh and the custody is judged with the pin.
func TestGuardPinsOfUnjudgedStates(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	east := filepath.Join(r.top, "east")
	committed := func(branch string, files map[string]func(string) string) {
		gitIn(t, east, "checkout", "-q", "-b", branch, "origin/main")
		for name, edit := range files {
			was, _ := os.ReadFile(filepath.Join(east, name)) // none: a new file
			put(t, east, name, edit(string(was)))
		}
		gitIn(t, east, "add", "-A")
		gitIn(t, east, "commit", "-q", "-m", branch)
		gitIn(t, east, "push", "-q", "origin", branch)
		gitIn(t, east, "checkout", "-q", "main")
	}
	changed := func(branch string, files map[string]func(string) string) {
		committed(branch, files)
		r.pinned("pin-"+branch, "east", branch, nil)
	}
	spec := func(line string) map[string]func(string) string {
		return map[string]func(string) string{"rotation.yaml": func(s string) string { return strings.Replace(s, "spec:\n", "spec:\n"+line, 1) }}
	}
	linked := "  links:\n  - {name: north, state: ../north/rotation.yaml}\n"
	changed("linked", spec(linked))
	if codes := r.guard("fleet", "pin-linked"); len(codes) > 0 {
		t.Errorf("a link more: %v", codes)
	}
	r.merge("fleet", "pin-linked", false)
	r.merge("east", "linked", false)
	for branch, c := range map[string]struct {
		files map[string]func(string) string
		want  []string
	}{
		"leaf":      {spec("  leaf: {lifetime: 1s}\n"), []string{"guard-spec"}},
		"skew":      {spec("  leaf: {clockSkew: 1s}\n"), []string{"guard-spec"}},
		"long-leaf": {spec("  leaf: {lifetime: 480h}\n"), nil},
		"gate":      {spec("  gate: true\n"), nil},
		"link":      {map[string]func(string) string{"rotation.yaml": func(s string) string { return strings.Replace(s, linked, "", 1) }}, []string{"guard-spec"}},
		"version":   {map[string]func(string) string{"rotation.yaml": func(s string) string { return strings.Replace(s, `"2.18"`, `"2.10"`, 1) }}, []string{"guard-pin"}},
		"external": {map[string]func(string) string{"rotation.yaml": func(s string) string {
			return strings.Replace(s, `version: "2.18"`, "version: \"2.18\"\n    externalCA: true", 1)
		}}, []string{"guard-pin"}},
		"recipient": {map[string]func(string) string{"rotation.yaml": func(s string) string {
			return strings.Replace(s, "    recipients:\n", "    recipients:\n    - "+makeIdentity(t, filepath.Join(t.TempDir(), "other.txt"))+"\n", 1)
		}}, []string{"guard-pin"}},
		"annotation": {map[string]func(string) string{"rotation.yaml": func(s string) string { return strings.Replace(s, "  annotations:\n", "  annotations:\n    a: b\n", 1) }}, []string{"guard-metadata"}},
	} {
		changed(branch, c.files)
		if codes := r.guard("fleet", "pin-"+branch); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v", branch, codes, c.want)
		}
	}
	// Keys for evidence that only the member's own repository lists, at the commit of the base.
	key, line := sshKey(t, "east", forEvidence)
	listed := spec("  gate: true\n") // a pin of the same state stays where it is
	listed["allowed_signers"] = func(string) string { return line }
	changed("signers", listed)
	if codes := r.guard("fleet", "pin-signers"); !slices.Equal(codes, []string{"guard-signers"}) {
		t.Errorf("keys for evidence: %v", codes)
	}
	if codes := r.guard("fleet", "pin-signers", "--accept", "guard-signers"); len(codes) > 0 {
		t.Errorf("accepted: %v", codes)
	}
	r.merge("fleet", "pin-signers", false)
	r.merge("east", "signers", false)
	// A pin that replaces them, or brings evidence that none of them signed.
	other, theirs := sshKey(t, "mallory", forEvidence)
	const seen = "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: east\nat: 2026-06-01T11:00:00Z\ncoverage: []\n"
	forged := filepath.Join(t.TempDir(), "forged.yaml")
	r.write(forged, seen)
	r.do("evidence", "sign", forged, "--key", other)
	as := func(text string) func(string) string { return func(string) string { return text } }
	const place = "evidence/east-east-20260601T110000Z.yaml"
	for branch, c := range map[string]struct {
		files map[string]func(string) string
		want  []string
	}{
		"replaced":     {map[string]func(string) string{"allowed_signers": as(theirs)}, []string{"guard-signers"}},
		"no keys":      {map[string]func(string) string{"allowed_signers": as("")}, []string{"guard-signers"}},
		"forged":       {map[string]func(string) string{place: as(readFile(t, forged))}, []string{"guard-evidence"}},
		"not signed":   {map[string]func(string) string{place: as(seen)}, []string{"guard-evidence"}},
		"both at once": {map[string]func(string) string{"allowed_signers": as(theirs), place: as(readFile(t, forged))}, []string{"guard-evidence", "guard-signers"}},
		"another file": {map[string]func(string) string{"README": as("x")}, nil},
	} {
		branch = strings.ReplaceAll(branch, " ", "-")
		committed(branch, c.files)
		r.pinned("pin-"+branch, "", "", func(text string) string { // by hand: the state is the same
			_, rest, _ := strings.Cut(text, "commit: ")
			return strings.Replace(text, strings.Fields(rest)[0], gitIn(t, east, "rev-parse", branch), 1)
		})
		codes := r.guard("fleet", "pin-"+branch)
		if slices.Sort(codes); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v", branch, codes, c.want)
		}
	}
	file := filepath.Join(t.TempDir(), "east.yaml")
	r.write(file, "apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: east\nat: 2026-06-01T11:00:00Z\ncoverage: []\n")
	for _, c := range []struct {
		branch string
		want   []string
	}{{"unsigned", []string{"guard-evidence"}}, {"signed", nil}} {
		if c.want == nil {
			r.do("evidence", "sign", file, "--key", key)
		}
		r.write(filepath.Join(r.top, "fleet", "seen.yaml"), readFile(t, file))
		gitIn(t, filepath.Join(r.top, "fleet"), "add", "-f", "seen.yaml")
		r.pinned(c.branch, "", "", func(s string) string {
			return strings.Replace(s, "    repository: east\n", "    repository: east\n    observation: seen.yaml\n", 1)
		})
		if codes := r.guard("fleet", c.branch); !slices.Equal(codes, c.want) {
			t.Errorf("%s: %v, want %v", c.branch, codes, c.want)
		}
	}
}

// TestGuardStoredKeysOfMembers: a key that comes is not read from where a member in another
// repository has a key in the same store, also where it is pinned at an unmerged commit
// that names another one.
func TestGuardStoredKeysOfMembers(t *testing.T) {
	t.Parallel()
	r := newRealm(t, ageKeys, "east", "west")
	committed := func(name, branch string, edit func(s *state.Rotation)) {
		dir := filepath.Join(r.top, name)
		gitIn(t, dir, "checkout", "-q", "-B", branch)
		if edit == nil {
			r.do("fleet", "pin", "-f", filepath.Join(dir, "fleet.yaml"), "--repositories", r.top)
		} else {
			editState(t, filepath.Join(dir, "rotation.yaml"), edit)
		}
		gitIn(t, dir, "commit", "-q", "-a", "-m", branch)
		gitIn(t, dir, "push", "-q", "origin", branch)
	}
	stored := func(store, anchor string) func(s *state.Rotation) {
		return func(s *state.Rotation) {
			s.Spec.Custody = state.Custody{Kind: state.CustodyExternalSecret, Store: store}
			s.Status.Anchors[0].Key = anchor
		}
	}
	committed("east", "main", stored("vault", "east/anchor"))
	committed("west", "main", stored("vault", "west/anchor"))
	committed("fleet", "main", nil)
	reads := func(branch, key string) []string {
		committed("east", branch, func(s *state.Rotation) { s.Status.Issuers[0].Key = key })
		gitIn(t, filepath.Join(r.top, "east"), "checkout", "-q", "main")
		return r.guard("east", branch)
	}
	if codes := reads("free", "east/other"); slices.Contains(codes, "guard-key-file") {
		t.Errorf("a name of its own: %v", codes)
	}
	if codes := reads("pinned", "west/anchor"); !slices.Contains(codes, "guard-key-file") {
		t.Errorf("as pinned: %v", codes)
	}
	committed("west", "hides", stored("other", "west/anchor"))
	gitIn(t, filepath.Join(r.top, "west"), "checkout", "-q", "main")
	r.pinned("pin", "west", "hides", nil)
	if codes := r.guard("fleet", "pin"); !slices.Equal(codes, []string{"guard-pin"}) {
		t.Errorf("the pin: %v", codes)
	}
	r.merge("fleet", "pin", false)
	if codes := reads("hidden", "west/anchor"); !slices.Contains(codes, "guard-key-file") {
		t.Errorf("pinned at another store: %v", codes)
	}
}
