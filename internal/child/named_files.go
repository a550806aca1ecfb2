package child

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/disk"
)

// fileNames end the names of variables whose value is the name of a file or of a folder,
// where it could also be another word.
var fileNames = []string{
	"_FILE", "CONFIG", "_CONF", "_CREDENTIALS", "_CACERT", "_CERT", "_BUNDLE", "_CAINFO",
	"HOME", "USERPROFILE", "_DIR", "PATH", "_PLUGINS", "_ENV",
}

// commandNames end the names of variables whose value is a command.
var commandNames = []string{"_COMMAND", "_CMD"}

// places are variables whose folder is one to work in: programs take nothing from it by a
// name that they know.
var places = []string{"TMPDIR", "TEMP", "TMP", "MISE_PROJECT_ROOT", "MISE_CONFIG_ROOT", "MISE_ORIGINAL_CWD"}

// ownPrograms are the variables that name programs of ours, or those that we run.
const ownPrograms, programName = "L5D_PKI_", "_PROGRAM"

// companions lie beside this program; others are found in the PATH.
var (
	companions = []string{
		"l5d-pki-render-full", "l5d-pki-render-chart", "l5d-pki-render-cluster", "l5d-pki-render-forge", "l5d-pki-render-kms",
	}
	others = []string{"ssh", "ssh-keygen", "gpg", "sops", "kubeseal", "sh"}
)

// searchPath is the variable with the folders that programs are found in.
const searchPath = "PATH"

func endsIn(name string, ends []string) bool {
	return slices.ContainsFunc(ends, func(end string) bool { return strings.HasSuffix(name, end) })
}

// Files lists the files and folders that variables of this process name to programs of
// some purposes, the programs themselves included, each with the name of its variable.
func Files(purposes ...Purpose) (named [][2]string) {
	for _, name := range companions {
		named = append(named, Named("", "the folder of this program", Find(name, ""), false, false)...)
	}
	for _, name := range slices.Concat(companions, others) {
		if path, err := exec.LookPath(name); err == nil {
			named = append(named, [2]string{searchPath, path})
		}
	}
	return append(named, FilesFrom("", purposes...)...)
}

// FilesFrom lists what variables name to programs that run in a directory, "" for the
// current one.
func FilesFrom(dir string, purposes ...Purpose) (named [][2]string) {
	var names []string
	for _, p := range purposes {
		names = slices.Concat(names, namesFor(p, os.Environ()))
	}
	for _, entry := range os.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		program := strings.HasPrefix(name, ownPrograms) && strings.HasSuffix(name, programName)
		if !program && !listed(names, name) || isLoader(name) {
			continue
		}
		for _, found := range Named(dir, name, value, endsIn(name, fileNames), endsIn(name, commandNames)) {
			if info, err := os.Stat(found[1]); err != nil || !info.IsDir() || !slices.Contains(places, name) {
				named = append(named, found)
			}
		}
	}
	return named
}

// Named lists the files and folders that the value of a variable or setting names: the
// value, an entry of a list, a word of a command, also behind letters (-Fname) or an "=".
// What has no folder in it counts only where the value is the name of a file, or where it
// is an argument of a command: elsewhere it is a word, or a program of the PATH. A command is
// split as a shell does, too; where only that knows a name, the working trees around are named.
func Named(dir, by, value string, file, command bool) (named [][2]string) {
	addIn := func(dir, path string, word, argument bool) {
		if home, err := os.UserHomeDir(); err == nil && strings.HasPrefix(path, "~/") {
			path = filepath.Join(home, path[1:])
		}
		inFolder := strings.ContainsFunc(path, func(r rune) bool { return r < 0x80 && os.IsPathSeparator(byte(r)) })
		if path == "" || !inFolder && !word && !argument {
			return
		}
		switch {
		case dir == "", filepath.IsAbs(path):
		case strings.Contains(path, ".."): // behind a link it leads elsewhere
			path = dir + string(filepath.Separator) + path
		default:
			path = filepath.Join(dir, path)
		}
		info, err := os.Stat(path)
		if err == nil && (info.Mode().IsRegular() || info.IsDir() && (inFolder || word)) && !slices.Contains(named, [2]string{by, path}) {
			named = append(named, [2]string{by, path})
		}
	}
	add := func(path string, word, argument bool) { addIn(dir, path, word, argument) }
	add(value, file, false)
	for _, path := range filepath.SplitList(value) {
		if path == "" && strings.HasSuffix(by, searchPath) { // the current directory
			path = "."
		}
		add(path, file, false)
	}
	for part := range strings.FieldsFuncSeq(value, isQuote) { // a name with spaces in it
		add(part, false, false)
	}
	for _, text := range []string{value, os.ExpandEnv(value)} {
		for i, word := range strings.FieldsFunc(text, betweenWords) {
			if command && i == 0 {
				add(Where(word), false, false)
			}
			add(word, false, command && i > 0)
			for _, name := range behindLetters(word) {
				add(name, false, command && i > 0)
			}
		}
	}
	if !command {
		return named
	}
	for _, env := range [][]string{os.Environ(), Environment(Committing)} { // git has fewer variables
		words, unknown := shellWords(dir, value, env)
		for _, w := range words {
			names := slices.Concat([]string{w.text}, behindLetters(w.text), strings.FieldsFunc(w.text, inWords))
			for _, in := range w.dirs {
				for _, name := range names {
					addIn(in, name, false, !w.program)
				}
				if w.program {
					addIn(in, Where(w.text), false, false)
				}
			}
		}
		if unknown == "" {
			continue
		}
		for _, top := range treesAbove(dir) {
			if all := [2]string{by + ", in which " + unknown + " may be any name,", top}; !slices.Contains(named, all) {
				named = append(named, all)
			}
		}
	}
	return named
}

// treesAbove lists the tops of the working trees around a directory, from the innermost outward.
func treesAbove(dir string) (tops []string) {
	for top := disk.RepositoryOf(disk.Real(dir)); top != ""; top = disk.RepositoryOf(filepath.Dir(top)) {
		tops = append(tops, top)
		if top == filepath.Dir(top) {
			break
		}
	}
	return tops
}

// behindLetters lists what options name whose letters stand before the name (-Fname).
func behindLetters(word string) (names []string) {
	options, is := strings.CutPrefix(word, "-")
	for n := 0; is && n < min(mostLetters, len(options)) && options[n] != '/'; n++ {
		names = append(names, options[n+1:])
	}
	return names
}

// mostLetters is how many letters of options may stand before a name (ssh -4vFname).
const mostLetters = 4

func isQuote(r rune) bool { return strings.ContainsRune("'\"`", r) }

func betweenWords(r rune) bool {
	return isQuote(r) || unicode.IsSpace(r) || strings.ContainsRune("=,;|&()<>!", r)
}

// inWords separate the parts of a word of a command.
func inWords(r rune) bool { return strings.ContainsRune("=,:", r) }

// Where is the path of a program, as it is found; its name where it is not.
func Where(name string) string {
	path, err := exec.LookPath(name)
	if err != nil {
		return name
	}
	return path
}

// InPath lists where a program is in the PATH, the first one first.
func InPath(name string) (paths []string) {
	for _, dir := range filepath.SplitList(os.Getenv(searchPath)) {
		if !filepath.IsAbs(dir) {
			continue
		}
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			paths = append(paths, path)
		}
	}
	return paths
}

// ownOfRepository begin the names with a dot that a repository keeps for itself at its top,
// and gitHome those that git's transports read below the home directory.
var (
	ownOfRepository = []string{
		".git", ".sops.", ".editorconfig", ".pre-commit-", ".yamllint", ".helmignore", ".dockerignore", ".forgejo", ".circleci",
		".vscode", ".idea",
	}
	gitHome = []string{
		".gitconfig", ".git-credentials", ".netrc", ".ssh", ".config", ".local", ".password-store", ".gnupg", "Library", "AppData",
	}
)

// ForGit begins what the variables are called that matter to git before it has reached a
// remote.
const ForGit = "for git, "

// Counts reports whether programs may take something by its name from a folder that a
// variable names: settings below the home directory, programs, or anything.
func Counts(by, below string, executable bool) bool {
	first, _, deeper := strings.Cut(below, "/")
	begins := func(names []string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(first, name) })
	}
	switch by {
	case "HOME", "USERPROFILE":
		return begins(gitHome) || strings.HasPrefix(first, ".") && !begins(ownOfRepository)
	case ForGit + "HOME", ForGit + "USERPROFILE":
		return begins(gitHome)
	case searchPath:
		return !deeper && (executable || runtime.GOOS == "windows")
	case ForGit + searchPath:
		return !deeper && (strings.HasPrefix(first, "git") || strings.HasPrefix(first, "ssh") || first == "sh")
	}
	return true
}
