package repo

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/child"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// always are settings of every call: no directory of a tree is a repository, no
// program is run that watches files or checks signatures, no address runs a
// command, no call cleans up behind itself or goes into submodules.
var always = []string{
	"-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never",
	"-c", "log.showSignature=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
	"-c", "advice.graftFileDeprecated=false", "-c", "submodule.recurse=false", "-c", "push.recurseSubmodules=no", "-c",
	"fetch.recurseSubmodules=false",
}

// noHooks is where no hook is.
const noHooks = "/dev/null"

// neutral are the settings of a call.
func (c call) neutral() []string {
	switch {
	case c.use != child.Committing:
		return append(append([]string{}, always...), "-c", "core.hooksPath="+noHooks)
	case c.hooks != "":
		return append(append([]string{}, always...), "-c", "core.hooksPath="+c.hooks)
	}
	return always
}

// shared is the directory that all working trees of a repository have in common.
func (p place) shared() string {
	text, err := os.ReadFile(filepath.Join(p.gitDir, "commondir"))
	if err != nil {
		return disk.Real(p.gitDir)
	}
	common := strings.TrimRight(string(text), "\r\n")
	if !filepath.IsAbs(common) {
		common = filepath.Join(p.gitDir, common)
	}
	return disk.Real(common)
}

// withoutFilters turns the filters off that the configuration of a working tree
// has, so that files are read and written as the commit has them. Which files
// have a filter is up to the .gitattributes of the tree, so the filter itself has
// to go.
func withoutFilters(dir string) ([]child.Setting, error) {
	out, err := git(dir, "config", "-z", "--name-only", "--get-regexp", `^filter\.`)
	var said *Error
	if err != nil && !(errors.As(err, &said) && said.status == 1) { // 1: there are none
		return nil, err
	}
	seen := map[string]bool{}
	settings := []child.Setting{{"core.attributesFile", os.DevNull}}
	for key := range strings.SplitSeq(string(out), "\x00") {
		end := strings.LastIndex(key, ".")
		if end <= len("filter") || seen[key[:end]] {
			continue
		}
		driver := key[:end]
		seen[driver] = true
		settings = append(settings, child.Setting{driver + ".smudge", ""}, child.Setting{driver + ".clean", ""},
			child.Setting{driver + ".process", ""}, child.Setting{driver + ".required", "false"})
	}
	return settings, nil
}

// addresses lists the addresses that the configuration has, with their logins.
func (c call) addresses() (all []string) {
	out, err := func() ([]byte, error) {
		at, found := find(c.dir)
		if !found {
			return nil, ErrNone
		}
		var text strings.Builder
		asking := call{dir: c.dir, wait: patience}
		err := asking.program(nil, &text, append([]string{"--git-dir=" + at.gitDir}, append(asking.neutral(), "config", "-z", "--get-regexp", `^(remote\..*url|url\..*insteadof|branch\..*remote)$`)...))
		return []byte(text.String()), err
	}()
	if err != nil {
		return nil
	}
	for entry := range strings.SplitSeq(string(out), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		all = append(all, value)
		if base, rewrites := strings.CutPrefix(key, "url."); rewrites {
			all = append(all, base[:max(0, strings.LastIndex(base, "."))])
		}
	}
	return all
}

// redacted is a text of git without credentials.
func (c call) redacted(text string) string {
	if text == "" {
		return ""
	}
	return address.RedactText(text, c.addresses()...)
}
