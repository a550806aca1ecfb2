package checkout

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestOneFile: members whose new keys would go to one file are told so, by name, and
// nothing is written: not even the key of the first.
func TestOneFile(t *testing.T) {
	start := Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle}
	keysAt := func(k *kit, member, dir string) {
		text := must(os.ReadFile(filepath.Join(k.dir, statePath(member))))
		k.put(statePath(member), strings.ReplaceAll(string(text), "key: keys/", "key: "+dir))
	}
	for name, share := range map[string]func(k *kit){
		"one directory": func(k *kit) { keysAt(k, "west", "../east/keys/") },
		"a third directory": func(k *kit) {
			if err := os.Rename(filepath.Join(k.dir, "clusters/east/keys"), filepath.Join(k.dir, "clusters/keys")); err != nil {
				t.Fatal(err)
			}
			keysAt(k, "east", "../keys/")
			keysAt(k, "west", "../keys/")
		},
		"a link": func(k *kit) {
			keys := filepath.Join(k.dir, "clusters/west/keys")
			if err := os.RemoveAll(keys); err != nil {
				t.Fatal(err)
			}
			if err := os.Symlink("../east/keys", keys); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t, "east", "north", "west")
			share(k)
			before := strings.Join(k.tree(), "\n")
			_, err := k.make(start)
			if why := explain(err); !strings.Contains(why, `fleet-one-file`) || !strings.Contains(why, `members "east" and "west" would write`) || strings.Contains(why, "exists") || strings.Contains(why, "north") {
				t.Errorf("%s", why)
			}
			if after := strings.Join(k.tree(), "\n"); after != before {
				t.Errorf("something was written: %s\nbefore: %s", after, before)
			}
		})
	}
	k := newKit(t, "east", "west")
	if got := k.moved(start); len(got) != 2 {
		t.Errorf("members with directories of their own: %v", got)
	}
}
