package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// target is a platform, in Go's words.
type target struct{ goos, goarch string }

func (t target) String() string { return t.goos + "/" + t.goarch }

// exe is the suffix of programs.
func (t target) exe() string {
	if t.goos == "windows" {
		return ".exe"
	}
	return ""
}

// targets are the platforms of a release.
var targets = []target{
	{"linux", "amd64"}, {"linux", "arm64"},
	{"darwin", "amd64"}, {"darwin", "arm64"},
	{"windows", "amd64"}, {"windows", "arm64"},
}

// program is one of our programs: its name, the directory of its module and its package there.
type program struct{ name, module, pkg string }

// wholeProgram has every command.
var wholeProgram = program{"l5d-pki-render-full", ".", "./cmd/l5d-pki-render-full"}

var programs = []program{
	{"l5d-pki-render", ".", "./cmd/l5d-pki-render"},
	wholeProgram,
	{"l5d-pki-render-chart", ".", "./cmd/l5d-pki-render-chart"},
	{"l5d-pki-render-forge", ".", "./cmd/l5d-pki-render-forge"},
	{"l5d-pki-render-cluster", ".", "./cmd/l5d-pki-render-cluster"},
	{"l5d-pki-render-kms", "cmd/l5d-pki-render-kms", "."},
}

// build is what was built for a platform: the paths of its programs, in the order of the table.
type build struct {
	target
	files []string
}

// of is the path of a program.
func (b build) of(name string) string {
	for _, file := range b.files {
		if filepath.Base(file) == name+b.exe() {
			return file
		}
	}
	return ""
}

// choose reads --platform.
func choose(names []string) ([]target, error) {
	if len(names) == 0 {
		return targets, nil
	}
	var chosen []target
	for _, name := range names {
		i := slices.IndexFunc(targets, func(t target) bool { return t.String() == name })
		if i < 0 {
			return nil, fmt.Errorf("unknown platform %q (want one of %v)", name, targets)
		}
		chosen = append(chosen, targets[i])
	}
	return chosen, nil
}

// build compiles the programs of a platform. Paths and build ids are left out of
// them, so that the same commit gives the same bytes in every directory.
func (r *release) build(t target) (build, error) {
	b := build{target: t}
	for _, p := range programs {
		file, err := r.compile(p, t)
		if err != nil {
			return b, err
		}
		b.files = append(b.files, file)
	}
	return b, nil
}

// compile builds a program and returns its path.
func (r *release) compile(p program, t target) (string, error) {
	const about = "github.com/l5d-pki/l5d-pki-render/internal/cli"
	flags := fmt.Sprintf("-s -w -buildid= -X %[1]s.Version=%[2]s -X %[1]s.Commit=%[3]s -X %[1]s.Date=%[4]s",
		about, r.version, r.commit, r.date.Format(time.RFC3339))
	file := filepath.Join(r.work(), t.goos+"_"+t.goarch, p.name+t.exe())
	cmd := exec.Command("go", "build", "-p", "2", "-trimpath", "-buildvcs=false", "-mod=readonly", "-ldflags", flags, "-o", file, p.pkg)
	cmd.Dir = filepath.Join(r.root, p.module)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOTOOLCHAIN=local", "GOFLAGS=", "GOOS="+t.goos, "GOARCH="+t.goarch)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s for %s: %w\n%s", p.name, t, err, strings.TrimSpace(string(out)))
	}
	return file, nil
}
