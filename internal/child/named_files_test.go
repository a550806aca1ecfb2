package child

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// TestFiles: the files that variables name are known, whichever program gets them; other
// words of a variable are none, although there is a file of that name.
func TestFiles(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"config", "other", "prod"} {
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(dir, "other")
	for name, value := range map[string]string{
		"KUBECONFIG": "config" + string(filepath.ListSeparator) + "none" + string(filepath.ListSeparator) + other, "AWS_PROFILE": "prod", "AWS_CONFIG_FILE": "prod",
		"VAULT_CACERT": "./other", "L5D_PKI_SOPS_PROGRAM": "./prod", "L5D_PKI_KUBESEAL_PROGRAM": "prod", "L5D_PKI_STATE": "./other", "GOOGLE_APPLICATION_CREDENTIALS": dir,
		"UNKNOWN_FILE": other,
	} {
		t.Setenv(name, value)
	}
	for _, c := range []struct {
		of   []Purpose
		want [][2]string
	}{
		{[]Purpose{Clusters, KMS}, [][2]string{{"AWS_CONFIG_FILE", "prod"}, {"KUBECONFIG", "config"}, {"KUBECONFIG", other}, {"L5D_PKI_SOPS_PROGRAM", "./prod"}, {"VAULT_CACERT", "./other"}}},
		{nil, [][2]string{{"L5D_PKI_SOPS_PROGRAM", "./prod"}}},
	} {
		got := slices.DeleteFunc(Files(c.of...), func(named [2]string) bool { return filepath.IsAbs(named[1]) && named[1] != other }) // of the machine
		slices.SortStableFunc(got, func(a, b [2]string) int { return slices.Compare(a[:1], b[:1]) })
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.of, got, c.want)
		}
	}
}

// TestNamed: words of commands, entries of lists and folders are found, each once; words
// that are no file's name are not.
func TestNamed(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"config", "two words", "ssh", "in/config", "bin/tool"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, nil, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", filepath.Join(dir, "in"))
	t.Setenv("PATH", filepath.Join(dir, "bin"))
	at := func(name string) string { return filepath.Join(dir, name) }
	for value, want := range map[string]struct {
		file, command bool
		paths         []string
	}{
		"ssh -F config":                   {false, true, []string{at("config")}},
		"ssh  -Fin/config -o X=y":         {false, true, []string{at("in/config")}},
		"ssh -4vFconfig":                  {false, true, []string{at("config")}},
		"ssh -oUserKnownHostsFile=config": {false, true, []string{at("config")}},
		"sh ssh":                          {false, true, []string{at("ssh")}},
		"!./ssh get":                      {false, true, []string{at("ssh")}},
		"ssh -i './two words'":            {false, true, []string{at("two words")}},
		"ssh -F ~/config":                 {false, true, []string{at("in/config")}},
		`ssh -F "$HOME/config"`:           {false, true, []string{at("in/config")}},
		"tool in":                         {false, true, []string{at("bin/tool")}},
		"ssh":                             {false, true, nil},
		"in":                              {false, false, nil},
		"./in":                            {false, false, []string{at("in")}},
		"in bin config":                   {false, false, nil},
		"config":                          {true, false, []string{at("config")}},
		at("in") + string(filepath.ListSeparator) + at("bin") + "": {false, false, []string{at("in"), at("bin")}},
		"/none:https://host/config":                                {false, false, nil},
	} {
		var got []string
		for _, n := range Named(dir, "NAME", value, want.file, want.command) {
			got = append(got, n[1])
		}
		if !slices.Equal(got, want.paths) {
			t.Errorf("%s: %q, want %q", value, got, want.paths)
		}
	}
	t.Setenv("XDG_CONFIG_HOME", "in")
	t.Setenv("GEM_PATH", at("in")+string(filepath.ListSeparator))
	t.Setenv("TMPDIR", at("in"))
	t.Setenv("CKR_MODULE", at("config"))
	t.Setenv("L5D_PKI_KEY_PROGRAM_ENV", "CKR_MODULE,GEM_PATH")
	got := Files(KMS)
	for _, want := range [][2]string{{"GEM_PATH", at("in")}, {"GEM_PATH", "."}, {"XDG_CONFIG_HOME", "in"}, {"HOME", at("in")}, {"PATH", at("bin")}, {"CKR_MODULE", at("config")}} {
		if !slices.Contains(got, want) {
			t.Errorf("%q is missing in %q", want, got)
		}
	}
	if slices.Contains(got, [2]string{"TMPDIR", at("in")}) {
		t.Errorf("nothing is taken from TMPDIR: %q", got)
	}
}

// TestCounts: of a folder counts what programs look for in it.
func TestCounts(t *testing.T) {
	for c, want := range map[[2]string]bool{
		{"HOME", ".gitconfig"}: true, {"HOME", ".ssh/config"}: true, {"HOME", ".any"}: true, {"HOME", ".github/x"}: false, {"HOME", ".gitignore"}: false,
		{"HOME", "docs/x"}: false, {ForGit + "HOME", ".netrc"}: true, {ForGit + "HOME", ".any"}: false, {"PATH", "x"}: true, {"PATH", "x/y"}: false,
		{ForGit + "PATH", "git-credential-x"}: true, {ForGit + "PATH", "ssh"}: true, {ForGit + "PATH", "x"}: false,
		{"XDG_CONFIG_HOME", "any/thing"}: true,
	} {
		if got := Counts(c[0], c[1], true); got != want {
			t.Errorf("%q: %v", c, got)
		}
	}
	if Counts("PATH", "README", false) {
		t.Error("what nobody can run counts in the PATH")
	}
}
