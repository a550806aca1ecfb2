package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// TestGuardWebhookCA: a start of webhooks brings the CAs that its certificates need, which
// are named, and no other.
func TestGuardWebhookCA(t *testing.T) {
	t.Parallel()
	l := land(t)
	stranger := readFile(t, filepath.Join(fixtures, "pki", "anchor-2025.crt"))
	for name, change := range map[string]func(own string) string{
		"":          nil,
		"beside it": func(own string) string { return strings.TrimSpace(own) + "\n" + stranger },
		"before it": func(own string) string { return stranger + own },
	} {
		dir := l.job("origin/main", func(dir string) {
			l.moves(dir, "start webhooks")
			if change == nil {
				return
			}
			l.committed(dir, func() {
				s, file := l.stateIn(dir), filepath.Join(dir, filepath.FromSlash(l.state))
				key := slices.Sorted(maps.Keys(s.Status.Webhooks))[0]
				hook := s.Status.Webhooks[key]
				incoming := *hook.Incoming
				incoming.CABundle = change(incoming.CABundle)
				hook.Incoming = &incoming
				s.Status.Webhooks[key] = hook
				text, err := state.Update([]byte(l.stateText(dir)), s)
				if err == nil {
					err = os.WriteFile(file, text, 0o644)
				}
				if err != nil {
					t.Fatal(err)
				}
				if got := call(t, "", nil, "sync", "-s", file); got.code != ExitDone {
					t.Fatal(got.stderr)
				}
			})
			l.squashed(dir, "origin/main")
		})
		_, codes, out := l.guarded(dir)
		if slices.Contains(codes, "guard-webhook-ca") != (change != nil) || change == nil && len(codes) > 0 || !strings.Contains(out, "gets the CA") {
			t.Errorf("%s: %v: %s", name, codes, out)
		}
	}
}
