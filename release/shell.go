package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// shared are the files below share/ that the programs' users get: manual pages and
// completions of shells, by their paths as most systems have them.
type shared struct {
	manual []member // man/man1/NAME.1
	// shells are the completions of shells whose files systems agree on where to put, and
	// zsh is that of zsh, which Debian keeps elsewhere.
	shells     []member
	zsh        member
	powershell member // on Windows only
}

// all are the files as archives have them.
func (s shared) all(goos string) []member {
	if goos == "windows" {
		return []member{s.powershell}
	}
	return slices.Concat(s.manual, s.shells, []member{s.zsh})
}

// describe asks the program of this machine that has every command for its manual pages
// and completions. They are the same on every platform. A release without this machine's platform builds
// its program beside.
func (r *release) describe(made []build) (shared, error) {
	here := target{runtime.GOOS, runtime.GOARCH}
	i := slices.IndexFunc(made, func(b build) bool { return b.target == here })
	program := ""
	if i >= 0 {
		program = made[i].of(wholeProgram.name)
	} else {
		file, err := r.compile(wholeProgram, here)
		if err != nil {
			return shared{}, err
		}
		program = file
	}
	var s shared
	var err error
	if s.manual, err = r.manual(program); err != nil {
		return shared{}, err
	}
	for _, c := range []struct {
		shell, path string
		into        func(member)
	}{
		{"bash", "bash-completion/completions/l5d-pki-render", func(m member) { s.shells = append(s.shells, m) }},
		{"fish", "fish/vendor_completions.d/l5d-pki-render.fish", func(m member) { s.shells = append(s.shells, m) }},
		{"zsh", "zsh/site-functions/_l5d-pki-render", func(m member) { s.zsh = m }},
		{"powershell", "powershell/l5d-pki-render.ps1", func(m member) { s.powershell = m }},
	} {
		text, err := bare(program, "completion", c.shell).Output()
		if err != nil || len(text) == 0 {
			return shared{}, fmt.Errorf("completion %s: %d bytes: %w", c.shell, len(text), err)
		}
		c.into(member{c.path, text, 0o644})
	}
	return s, nil
}

// manual are the manual pages that scripts/man makes of what the program says.
func (r *release) manual(program string) ([]member, error) {
	dir := filepath.Join(r.work(), "man")
	maker := filepath.Join(r.work(), "make-man")
	cmd := exec.Command("go", "build", "-trimpath", "-o", maker, "./scripts/man")
	cmd.Dir = r.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("scripts/man: %w: %s", err, out)
	}
	if out, err := bare(maker, "-binary", program, "-out", dir).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("manual pages: %w: %s", err, out)
	}
	pages, err := os.ReadDir(dir) // in the order of their names
	if err != nil {
		return nil, err
	}
	var all []member
	for _, page := range pages {
		text, err := os.ReadFile(filepath.Join(dir, page.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, member{"man/man1/" + page.Name(), text, 0o644})
	}
	return all, nil
}

// bare is a command without this machine's variables, which could change what it says.
func bare(program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...)
	cmd.Env = []string{"LC_ALL=C", "NO_COLOR=1", "SYSTEMROOT=" + os.Getenv("SYSTEMROOT")}
	return cmd
}

// compressed is a manual page as Debian, Fedora and Alpine keep it.
func compressed(page member) (member, error) {
	var out bytes.Buffer
	gz, err := gzip.NewWriterLevel(&out, gzip.BestCompression) // no name, no date
	if err != nil {
		return member{}, err
	}
	if _, err := gz.Write(page.data); err != nil {
		return member{}, err
	}
	err = gz.Close()
	return member{page.name + ".gz", out.Bytes(), page.mode}, err
}

// installed are the files below /usr/share of a package of a format.
func (s shared) installed(format string) ([]member, error) {
	zsh := s.zsh
	if format == "deb" {
		zsh.name = strings.Replace(zsh.name, "site-functions", "vendor-completions", 1)
	}
	all := append(slices.Clone(s.shells), zsh)
	for _, page := range s.manual {
		packed, err := compressed(page)
		if err != nil {
			return nil, err
		}
		all = append(all, packed)
	}
	return all, nil
}
