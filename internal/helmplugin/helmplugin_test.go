package helmplugin

import (
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/yaml"
)

// TestDir: where Helm looks, by its own rules.
func TestDir(t *testing.T) {
	list := string(os.PathListSeparator)
	tests := []struct {
		dir  string
		env  map[string]string
		want string
	}{
		{"", map[string]string{"HELM_PLUGINS": "/a" + list + "/b", "HOME": "/h"}, "/a"},
		{"/d", map[string]string{"HELM_PLUGINS": "/a"}, "/d"},
		{"", map[string]string{"HELM_DATA_HOME": "/data", "XDG_DATA_HOME": "/x"}, "/data/plugins"},
		{"", map[string]string{"XDG_DATA_HOME": "/x", "HOME": "/h"}, "/x/helm/plugins"},
		{"", nil, ""},
	}
	for _, tt := range tests {
		got, err := Options{Dir: tt.dir, Getenv: func(name string) string { return tt.env[name] }}.dir()
		if got != filepath.FromSlash(tt.want) || (err != nil) != (tt.want == "") {
			t.Errorf("%v: %q, %v; want %q", tt.env, got, err, tt.want)
		}
	}
}

// TestVersion: Helm 4 takes strict semantic versions only.
func TestVersion(t *testing.T) {
	tests := map[string]string{
		"v1.2.3": "1.2.3", "1.2.3-rc.1+dirty": "1.2.3-rc.1+dirty", "(devel)": "0.0.0-devel", "v1.2": "0.0.0-devel", "": "0.0.0-devel",
		"v0.0.0-20261125225446-0afa1234abcd+dirty": "0.0.0-20261125225446-0afa1234abcd+dirty", "v01.2.3": "0.0.0-devel",
	}
	for version, want := range tests {
		if got := strictly(version); got != want {
			t.Errorf("%q: %q, want %q", version, got, want)
		}
	}
	for _, layout := range layouts {
		for _, p := range layout {
			var manifest struct{ Name, Version string }
			if err := yaml.Unmarshal(p.text("l5d-pki-render", "v1.2.3"), &manifest); err != nil || manifest.Name != filepath.Base(p.folder) || manifest.Version != strictly(manifest.Version) {
				t.Errorf("%s: %+v, %v", p.folder, manifest, err)
			}
		}
	}
}
