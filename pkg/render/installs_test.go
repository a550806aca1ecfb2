package render_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// installedAt is some days after the real renders were made.
var installedAt = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// installs are the real renders as clusters have them: the control plane alone,
// in HA, without pins, under externalCA, and with each extension.
func installs(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for version := range oracleVersions {
		plain := filepath.Join(oracle(t), version, "unpinned", "stable.1.yaml")
		for _, set := range []string{"pinned", "ha", "helm4", "unpinned", "external"} {
			files, err := filepath.Glob(filepath.Join(oracle(t), version, set, "stable*.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			for _, file := range files {
				all[version+"/"+set+"/"+filepath.Base(file)] = mustRead(t, file)
			}
		}
		extensions, err := filepath.Glob(filepath.Join(oracle(t), version, "[vj]*", "render.1.yaml"))
		if err != nil || len(extensions) == 0 {
			t.Fatalf("%s: no extensions (%v)", version, err)
		}
		together := mustRead(t, plain)
		for _, file := range extensions {
			together = append(append(together, "\n---\n"...), mustRead(t, file)...)
			all[version+"/"+filepath.Base(filepath.Dir(file))] = append(append(mustRead(t, plain), "\n---\n"...), mustRead(t, file)...)
		}
		all[version+"/all"] = together
	}
	if want := 6*7 + 5*2 - 1; len(all) < want {
		t.Fatalf("%d installs, want %d", len(all), want)
	}
	return all
}

// adoptInstall adopts one, with the certificates that an external CA keeps elsewhere.
func adoptInstall(t *testing.T, what string, stream []byte) (*state.Rotation, render.Keys) {
	t.Helper()
	in := adopting(stream)
	if strings.Contains(what, "/external/") {
		in.Anchors = render.Source{Name: "ca.crt", Data: readOracle(t, "pki", "outgoing-anchor.crt")}
		in.Issuer = render.Source{Name: "issuer.crt", Data: readOracle(t, "pki", "outgoing-issuer.crt")}
	}
	s, found, err := render.Adopt(in)
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
	if len(found.Changes) > 0 {
		t.Errorf("%s: rendering it would change %v", what, found.Changes)
	}
	keys := render.Keys{}
	for _, k := range found.Keys {
		keys[k.Path] = render.Key{PEM: k.Key.PEM()}
	}
	return throughFile(t, s), keys
}

// TestDefaultInstallsHaveNoErrors: what Linkerd's own charts make by default is
// adopted as it is, and no rule calls any of it an error.
func TestDefaultInstallsHaveNoErrors(t *testing.T) {
	for what, stream := range installs(t) {
		s, keys := adoptInstall(t, what, stream)
		if len(keys) == 0 && !strings.Contains(what, "/external/") {
			t.Errorf("%s: no key was adopted, so no rule about keys was held", what)
		}
		findings, err := render.Lint(s, keys, installedAt)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		for _, f := range findings {
			if f.Severity == pki.Error {
				t.Errorf("%s: %s: %s", what, f.Path, f.Finding)
			}
		}
	}
}

// TestInstallsWithFaults: the same rules do find what is wrong with an install.
func TestInstallsWithFaults(t *testing.T) {
	for what, stream := range installs(t) {
		if !strings.HasSuffix(what, "/pinned/stable.yaml") {
			continue
		}
		s, keys := adoptInstall(t, what, stream)
		late := installedAt.AddDate(30, 0, 0)
		findings, err := render.Lint(s, keys, late)
		expired := func(f render.Finding) bool {
			return strings.Contains(string(f.Code), "expired") && f.Severity == pki.Error
		}
		if err != nil || !slices.ContainsFunc(findings, expired) {
			t.Errorf("%s: no error in %v (%v)", what, findings, err)
		}
		if bytes.Contains(stream, []byte("PRIVATE KEY")) {
			t.Errorf("%s: a key in clear", what)
		}
	}
}
