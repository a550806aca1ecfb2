package guard

import (
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"golang.org/x/text/unicode/norm"
)

// judgeFolds: no new path is, on some file systems, an owned one or a directory above it.
func (g *judgement) judgeFolds(owned map[string]bool) (said map[string]bool) {
	spelled, folded := map[string]bool{}, map[string]string{}
	for name := range owned {
		for ; name != "." && name != "/"; name = path.Dir(name) {
			spelled[name], folded[folds(name)] = true, name
		}
	}
	for _, name := range g.evidenceFiles() {
		if g.before.Has(name) {
			spelled[name], folded[folds(name)] = true, name
		} else if !strings.Contains(name, "~") { // else it may be a short name
			spelled[name] = true
		}
	}
	if g.before != nil {
		for _, p := range g.places(g.before) { // those of linked states and members, too
			spelled[p.file], folded[folds(p.file)] = true, p.file
		}
	}
	said = map[string]bool{}
	dirs := g.readDirectories()
	for _, c := range g.changes {
		itself := spelled[c.Name] && !overBase(folded, c.Name) && !strings.Contains(c.Name, "~")
		if c.Object == "" || said[c.Name] || g.before.Has(c.Name) || itself {
			continue
		}
		real, same := folded[folds(c.Name)]
		if same = same && real != c.Name; !same {
			real, same = longName(onWindows(c.Name), spelled)
		}
		if !same {
			real, same = foldsInto(c.Name, dirs)
		}
		if same {
			said[c.Name] = true
			g.r.fail(problem.PRGuardFolds.With(sink.Name(real)).In(sink.Name(c.Name)))
		}
	}
	return said
}

// overBase reports whether a path is another one of the base on some file systems.
func overBase(folded map[string]string, name string) bool {
	other, found := folded[folds(name)]
	return found && other != name
}

// judgeWindows: no new path beside an owned one is a name that Windows cannot check
// out. What it does with one differs by version: it stops, or writes to a device.
// Others have been said.
func (g *judgement) judgeWindows(owned, said map[string]bool) {
	beside := map[string]bool{}
	for name := range owned {
		beside[folds(path.Dir(name))] = true
	}
	delete(beside, folds("."))
	for _, c := range g.changes {
		if c.Object == "" || said[c.Name] || g.before.Has(c.Name) || !owned[c.Name] && !beside[folds(path.Dir(onWindows(c.Name)))] {
			continue
		}
		if part := unwritable(c.Name); part != "" {
			said[c.Name] = true
			g.r.fail(problem.PRGuardWindows.With(sink.Name(part)).In(sink.Name(c.Name)))
		}
	}
}

// device is a name that is a device on Windows, whatever its extension.
var device = lazy.New(`(?i)^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?$`)

// unwritable is the first part of a path that no file can have as its name on
// Windows; "" if there is none.
func unwritable(name string) string {
	for part := range strings.SplitSeq(name, "/") {
		bad := strings.ContainsFunc(part, func(r rune) bool { return r < ' ' || strings.ContainsRune(`<>:"|?*\`, r) })
		if bad || device.MatchString(part) || strings.TrimRight(part, ". ") != part {
			return part
		}
	}
	return ""
}

// longName gives the other path for which Windows may take one that has a short name in
// it.
func longName(name string, spelled map[string]bool) (long string, found bool) {
	if !strings.Contains(name, "~") {
		return "", false
	}
	parts := strings.Split(name, "/")
	for _, long := range slices.Sorted(maps.Keys(spelled)) {
		if long != name && slices.EqualFunc(parts, strings.Split(long, "/"), samePart) {
			return long, true
		}
	}
	return "", false
}

// samePart reports whether a file system may take a part of a path for another.
func samePart(part, long string) bool {
	return folds(part) == folds(long) || state.ShortNameOf(part, long)
}

// onWindows is a path as Windows takes it: a backslash parts names there.
func onWindows(name string) string { return strings.ReplaceAll(name, `\`, "/") }

// sharpS is the one letter that folds to two and that normalization leaves as it is.
var sharpS = strings.NewReplacer("ß", "ss", "ẞ", "ss")

// folds is a path as the most forgiving file systems compare it: APFS and ext4
// fold case in full, where ß is "ss".
func folds(name string) string {
	if name = onWindows(name); !isASCII(name) {
		name = sharpS.Replace(norm.NFKD.String(name))
	}
	parts := strings.Split(name, "/")
	for i, part := range parts {
		part = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Cf, r) {
				return -1 // HFS+ ignores format characters
			}
			return r
		}, part)
		part, _, _ = strings.Cut(part, ":") // a stream of NTFS
		parts[i] = strings.ToLower(strings.ToUpper(strings.TrimRight(part, ". ")))
	}
	return norm.NFKC.String(strings.Join(parts, "/"))
}

func isASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 })
}
