package cli

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardNamesWhatComes: anchors and issuers that a change brings are named by their
// whole fingerprint and their end, those of the base are not.
func TestGuardNamesWhatComes(t *testing.T) {
	t.Parallel()
	l := land(t)
	dir := l.job("origin/main", func(dir string) { l.moves(dir, "start anchor --strategy bundle") })
	s, err := state.Parse(l.state, []byte(readFile(t, filepath.Join(dir, l.state))))
	if err != nil {
		t.Fatal(err)
	}
	_, codes, out := l.guarded(dir)
	if codes != nil {
		t.Fatalf("%v: %s", codes, out)
	}
	came := map[string]bool{}
	for _, a := range s.Status.Anchors {
		came[a.Certificate] = a.Role == state.RoleIncoming
	}
	for _, i := range s.Status.Issuers {
		came[i.Certificate] = i.Role == state.RoleIncoming
	}
	for text, incoming := range came {
		chain, err := pki.ParseChain([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		line := "SHA-256 `" + chain[0].Fingerprint() + "`, until " + chain[0].NotAfter.UTC().Format("2006-01-02T15:04:05Z")
		if strings.Contains(out, line) != incoming {
			t.Errorf("it comes: %v, want in the report, or not: %s\n%s", incoming, line, out)
		}
	}
	if len(came) != 4 {
		t.Errorf("%d certificates", len(came))
	}
}

// TestGuardSharedKey: where keys are names in a store, two certificates do not get the
// private key of one of them.
func TestGuardSharedKey(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	custody := regexp.MustCompile(`(?m)^  custody:\n(    .*\n)+`)
	l.commitTo("main", func(dir string) {
		l.edit(dir, l.state, func(s string) string {
			return custody.ReplaceAllString(s, "  custody: {kind: external-secret, store: vault}\n")
		})
	})
	was := l.stateOf("main")
	anchors := was.Status.Anchors[0].Key
	for to, want := range map[string]string{anchors: "guard-key-file", "secret/data/" + anchors: "guard-key-file", strings.ToUpper(anchors): "guard-key-file",
		"other/name": "guard-keys"} {
		dir := l.job("origin/main", func(dir string) {
			l.edit(dir, l.state, func(s string) string { return strings.Replace(s, "key: "+was.Status.Issuers[0].Key, "key: "+to, 1) })
		})
		if _, codes, out := l.guardedAt(dir); !slices.Contains(codes, want) || want == "guard-keys" && len(codes) != 1 {
			t.Errorf("%s: %v, want %s:\n%s", to, codes, want, out)
		}
	}
}

// TestGuardStoredKeys: a key that comes is not read from where another state has a key in
// the same store; where the base has two keys at one name, the stores are two.
func TestGuardStoredKeys(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	stored := func(prefix, store string, keys ...string) func(s *state.Rotation) {
		return func(s *state.Rotation) {
			s.Spec.Custody = state.Custody{Kind: state.CustodyExternalSecret, Store: store, StoreKind: state.StoreCluster, RemotePrefix: prefix}
			s.Status.Anchors[0].Key, s.Status.Issuers[0].Key = keys[0], keys[1]
		}
	}
	text := readFile(t, filepath.Join(fixtures, "rotation", "bundle", "stable.yaml"))
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			editState(t, filepath.Join(dir, l.state), stored("", "vault", "own-anchor", "own-issuer"))
			for name, edit := range map[string]func(s *state.Rotation){
				"shared/rotation.yaml": stored("prod/", "vault", "2026-anchor", "2026-issuer"),
				"apart/rotation.yaml":  stored("", "vault", "alone", "own-issuer"),
				"else/rotation.yaml":   stored("", "other", "elsewhere", "issuer"),
				"json/rotation.JSON":   stored("", "vault", "json-anchor", "json-issuer"),
				"bare/state":           stored("", "vault", "bare-anchor", "bare-issuer"),
			} {
				put(t, dir, name, text)
				editState(t, filepath.Join(dir, name), func(s *state.Rotation) { s.Metadata.Name, s.Spec.Outputs = filepath.Dir(name), nil; edit(s) })
			}
			put(t, dir, "twin/rotation.yaml", l.stateText(dir))
			editState(t, filepath.Join(dir, "twin/rotation.yaml"), func(s *state.Rotation) { s.Metadata.Name, s.Spec.Outputs = "twin", nil })
		})
	})
	for key, found := range map[string]bool{
		"prod/2026-anchor": true, "prod/2026-issuer": true, "secret/data/prod/2026-anchor": true, "PROD/2026-anchor": true,
		"json-anchor": true, "bare-anchor": true, "2026-anchor": false, "2026-other": false, "alone": false, "elsewhere": false,
	} {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				l.at = l.at.Add(25 * time.Hour)
				editState(t, filepath.Join(dir, l.state), func(s *state.Rotation) { s.Status.Issuers[0].Key = key })
			})
		})
		_, codes, out := l.guardedAt(dir)
		if got := slices.Contains(codes, "guard-key-file"); got != found || found && !strings.Contains(out, "where state") {
			t.Errorf("%s: %v, want %v:\n%s", key, codes, found, out)
		}
	}
}

// TestDestroyStored: a key in a store is named as it is there, and is not said to be
// needed by nobody: another state may name it.
func TestDestroyStored(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "rotation.yaml")
	put(t, filepath.Dir(file), "rotation.yaml", readFile(t, filepath.Join(fixtures, "rotation", "issuer", "issuer-switched.yaml")))
	editState(t, file, func(s *state.Rotation) {
		s.Spec.Custody = state.Custody{Kind: state.CustodyExternalSecret, Store: "vault", RemotePrefix: "prod/"}
		s.Status.Issuers[1].Key = "new-issuer"
	})
	got := callAt(t, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), "", nil, "back", "-s", file, "--assume", "LEAVES-RENEWED", "--because", "seen")
	if got.code != ExitDone || !strings.Contains(got.out, "unless another state names it: prod/new-issuer") {
		t.Errorf("code %d: %s%s", got.code, got.out, got.stderr)
	}
}

// TestGuardRetiredKeys: the key of a retired anchor, which the next start has a person
// destroy, is not named elsewhere by an edit.
func TestGuardRetiredKeys(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	other, _ := ageLand(t)
	retired := state.Anchor{Name: "2025", Certificate: other.stateOf("main").Status.Anchors[0].Certificate, Key: "keys/2025.age"}
	l.commitTo("main", func(dir string) {
		l.committed(dir, func() {
			editState(t, filepath.Join(dir, l.state), func(s *state.Rotation) { s.Status.Retired = []state.Anchor{retired} })
		})
	})
	for to, want := range map[string][]string{"keys/2025.age": nil, "../west/keys/2026.age": {"guard-keys"}, "": {"guard-keys"}} {
		dir := l.job("origin/main", func(dir string) {
			l.committed(dir, func() {
				editState(t, filepath.Join(dir, l.state), func(s *state.Rotation) {
					s.Status.Retired[0].Key = to
					s.Metadata.Labels = map[string]string{"edited": "yes"}
				})
			})
		})
		if _, codes, out := l.guardedAt(dir); !slices.Equal(codes, want) {
			t.Errorf("%s: %v, want %v:\n%s", to, codes, want, out)
		}
	}
}

// TestGuardRetiredKeyOfOthers: a first state that names the key of another one for a
// retired anchor is said to: it must not be destroyed.
func TestGuardRetiredKeyOfOthers(t *testing.T) {
	t.Parallel()
	l, _ := ageLand(t)
	key := l.stateOf("main").Status.Anchors[0].Key
	dir := l.job("origin/main", func(dir string) {
		l.committed(dir, func() {
			put(t, dir, "west/rotation.yaml", readFile(t, filepath.Join(fixtures, "rotation", "bundle", "stable-after.yaml")))
			editState(t, filepath.Join(dir, "west/rotation.yaml"), func(s *state.Rotation) {
				s.Metadata.Name, s.Spec.Outputs = "west", nil
				s.Status.Retired[0].Key = "../" + filepath.Dir(l.state) + "/" + key
			})
		})
	})
	if _, _, out := l.guardedAt(dir, "--state", "west/rotation.yaml"); !strings.Contains(out, "it has to stay") || !strings.Contains(out, l.state) {
		t.Errorf("nothing is said:\n%s", out)
	}
}
