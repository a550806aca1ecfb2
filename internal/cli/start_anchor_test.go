package cli

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestBroughtAnchorIsRoot: the anchor that a flag brings is one root. An
// intermediate, which an adopted mesh may trust, is not brought; neither are
// files with more than one certificate, of which the first would be taken.
func TestBroughtAnchorIsRoot(t *testing.T) {
	root, other := readFixture(t, "pki", "anchor-2026.crt"), readFixture(t, "pki", "anchor-2025.crt")
	sub, leaf := readFixture(t, "pki", "issuer-2026-1.crt"), readFixture(t, "pki", "proxy-injector.crt")
	for name, c := range map[string]struct {
		kind, file string
		code       problem.Code
	}{
		"an intermediate":              {"anchor", sub, problem.PKIAnchorNotSelfSigned.Code},
		"an intermediate in a replace": {"replace", sub, problem.PKIAnchorNotSelfSigned.Code},
		"an intermediate in a renewal": {"renew", sub, problem.PKIAnchorNotSelfSigned.Code},
		"a leaf":                       {"anchor", leaf, problem.PKIAnchorNotSelfSigned.Code},
		"an intermediate and its root": {"anchor", sub + root, problem.PKIAnchorNotSelfSigned.Code},
		"two roots":                    {"anchor", root + other, problem.RotationOneAnchor.Code},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "anchor.crt")
			if err := os.WriteFile(file, []byte(c.file), 0o644); err != nil {
				t.Fatal(err)
			}
			path := walkState(t, "bundle/stable.yaml")
			args := absolute(t, []string{"start", c.kind, "--name", "2026", "--anchor", file, "--signed", "pki/issuer-2026-1.crt", "--accept-downtime", "-s", path})
			checkRefusal(t, call(t, "", nil, args...), string(c.code), "")
		})
	}
	path := walkState(t, "bundle/stable.yaml")
	args := absolute(t, []string{"start", "anchor", "--strategy", "bundle", "--name", "2026", "--anchor", "pki/anchor-2026.crt", "--signed", "pki/issuer-2026-1.crt", "--dry-run", "-s", path})
	if r := call(t, "", nil, args...); r.code != 0 {
		t.Errorf("a root: %d %s", r.code, r.stderr)
	}
}
