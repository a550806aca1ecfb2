package helmplugin

import (
	"path/filepath"
	"runtime"

	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// dir is the plugins directory, absolute: the one that is asked for, or
// Helm's own by the rules of both majors (HELM_PLUGINS, HELM_DATA_HOME,
// XDG_DATA_HOME, the system's place for data).
func (o Options) dir() (string, error) {
	dir := o.Dir
	if dir == "" {
		if list := filepath.SplitList(o.Getenv("HELM_PLUGINS")); len(list) > 0 {
			dir = list[0]
		}
	}
	if dir == "" {
		data := o.Getenv("HELM_DATA_HOME")
		if base := o.Getenv("XDG_DATA_HOME"); data == "" && base != "" {
			data = filepath.Join(base, "helm")
		}
		if data == "" {
			data = o.systemData()
		}
		if data == "" {
			return "", problem.HelmNoFolder.With()
		}
		dir = filepath.Join(data, "plugins")
	}
	full, err := filepath.Abs(dir)
	if err != nil {
		return "", files.Unread(dir, err)
	}
	return full, nil
}

// systemData is where Helm keeps data on this system, or "" without a home.
func (o Options) systemData() string {
	home, below := o.Getenv("HOME"), []string{".local", "share", "helm"}
	switch runtime.GOOS {
	case "darwin":
		below = []string{"Library", "helm"}
	case "windows":
		home, below = o.Getenv("APPDATA"), []string{"helm"}
	}
	if home == "" {
		return ""
	}
	return filepath.Join(append([]string{home}, below...)...)
}
