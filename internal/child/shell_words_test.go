package child

import (
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestShellWords: names that a shell joins from quotes, backslashes, variables, patterns and
// other directories are found in a command.
func TestShellWords(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	at := func(name string) string { return filepath.Join(top, name) }
	for _, name := range []string{"ssh_config", "two words/ssh_config", "tools/ssh.sh", "tools/in/deep", "it's", "home/src/a b/ssh_config"} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(at(name)), 0o755), os.WriteFile(at(name), nil, 0o700)); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", at("home"))
	t.Setenv("SRC", at("two words"))
	t.Setenv("OPTIONS", "-v -F "+at("ssh_config"))
	t.Setenv("NOWHERE", "/nowhere/")
	config, spaced, home := at("ssh_config"), at("two words/ssh_config"), at("home/src/a b/ssh_config")
	for command, want := range map[string]string{
		`ssh -F "$HOME/src/a b/ssh_config"`: home, `ssh -F "${HOME}/src/a b/ssh_config"`: home, `ssh -F "$HOME"/src/a\ b/ssh_config`: home, `ssh -F ~/src/a\ b/ssh_config`: home,
		`ssh -F ` + at(`two\ words/ssh_config`): spaced, `ssh -F "$SRC"/ssh_config`: spaced, `ssh -F "$SRC/"ssh_'config'`: spaced, `ssh "-F$SRC/ssh_config"`: spaced,
		`ssh -vvF"$SRC/ssh_config"`: spaced, `ssh -o "IdentityFile=$SRC/ssh_config"`: spaced, `ssh -F t"wo w"ords/ssh_config`: spaced, `ssh -F "$PWD/ssh_config"`: config,
		`ssh -F ssh\_config`: config, `ssh -F ssh_conf'ig'`: config, "ssh -F ssh_con\\\nfig": config, `ssh $OPTIONS host`: config, `ssh -F "${NOWHERE}ssh_config"`: config,
		`ssh -F it\'s`: at("it's"), `ssh -F "it's"`: at("it's"), `ssh -F ssh_*`: config, `ssh -F [!t]sh_confi?`: config, `ssh -F two*/ssh_config`: spaced,
		`cd tools && ./ssh.sh`: at("tools/ssh.sh"), `cd "tools"; ./ssh.sh`: at("tools/ssh.sh"), `(cd tools/in; cat deep)`: at("tools/in/deep"), `cd tools; cd in; cat deep`: at("tools/in/deep"),
		`sh -c 'ssh -F "$SRC/ssh_config"'`: spaced, `sh -c "ssh -F \"$SRC/ssh_config\""`: spaced, `!f() { cat "$SRC/ssh_config"; }; f`: spaced, `echo "$(cat "$SRC/ssh_config")"`: spaced,
		"echo `cat \"$SRC/ssh_config\"`": spaced, `if test x; then ssh -F "$SRC/ssh_config"; fi`: spaced, `PATH="$SRC:$PATH" ssh`: at("two words"), `cat < "$SRC/ssh_config"`: spaced,
		`sh -c 'sh -c "cat \"\$SRC\"/ssh_config"'`: spaced, `ssh -o ProxyCommand="sh ssh\_config"`: config, `x=1 ./tools/ssh\.sh`: at("tools/ssh.sh"), `ssh -F "$UNSET"ssh_config`: config,
		"sh <<E\ncat \"$SRC/ssh_config\"\nE": spaced, "cat <<E\n\"$(cat \"$SRC/ssh_config\")\"\nE": spaced, "cat <<E\nx\nE\ncat \"$SRC/ssh_config\"": spaced, `sh <<< 'cat "$SRC/ssh_config"'`: spaced,
		`echo a # it's a comment` + "\n" + `ssh -F "$SRC/ssh_config"`: spaced,
	} {
		named := Named(top, "NAME", command, false, true)
		if !slices.Contains(named, [2]string{"NAME", want}) {
			t.Errorf("%s: %q is not in %q", command, want, named)
		}
	}
}

// TestShellMakesUp: where only a shell knows a name, any file of the working tree may be
// meant; what is only printed, or what git gives, is no name.
func TestShellMakesUp(t *testing.T) {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{".git", "sub/.git", "sub/tools"} {
		if err := os.MkdirAll(filepath.Join(top, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("HOME", "/home/op")
	for command, want := range map[string]bool{
		`ssh -F $(pwd)/ssh_config`: true, "ssh -F `pwd`/ssh_config": true, `ssh -F "$(git rev-parse --show-toplevel)/ssh_config"`: true, `$(cat name)`: true,
		`x=ssh_config; ssh -F $x`: true, `for f in a b; do ssh -F $f; done`: true, `ssh -F ${HOME%/op}/x`: true, `ssh -F ${x:-ssh_config}`: true, `ssh -F $'ssh\x5fconfig'`: true, `ssh -F $"x"`: true,
		`cd $(git rev-parse --show-toplevel) && ./ssh`: true, `ssh -F ssh_{config,other}`: true, `ssh -F ~other/x`: true, "sh <<E\nssh -F $(pwd)/x\nE": true, "sh <<'E'\nssh -F $(pwd)/x\nE": true, "cat <<-E\n\"$(cat token)\"\n\tE\ntrue": false, "sh <<E\nssh\nE": false, "cat <<E | sh": true, `ssh -F "$GIT_DIR/../x"`: true,
		`ssh -F [[:alpha:]]sh`: true, `f() { ssh -F "$1/x"; }; f .`: true, `sh -c 'ssh -F $(pwd)/x'`: true, `ssh -o ProxyCommand='nc $(cat x)'`: true, `cd tools; ssh -F $PWD/x`: true,
		`eval "ssh -F \$(pwd)/x"`: true, `ssh -F $((1+1))`: true, `echo "$(ssh -F "$(pwd)/x")"`: true, `ssh -F "x`: true, `printf x > $(pwd)/y`: false, `HOME=/x; ssh -F $HOME/y`: true,
		`!f() { echo username=x; echo "password=$(cat /run/secrets/token)"; }; f`: false, `!aws codecommit credential-helper $@`: false, `!f() { test "$1" = get && echo "password=${TOKEN}"; }; f`: false,
		`!f() { sleep 1; echo "username=${GIT_USER}"; echo "password=${GIT_PASSWORD}"; }; f`: false, `case "$1" in get|*) echo x;; esac`: false, `ssh -i "$HOME/.ssh/id" -o BatchMode=yes`: false,
		`ssh -F /etc/ssh/*.conf`: false, `awk '{print $(NF)}' /etc/passwd`: false, `store --file ~/.git-credentials`: false, `password=$(pass show git); echo "password=$password"`: false,
		`cd /opt && ./ssh`: false, `x 2>&1 >/dev/null`: false, `!gh auth git-credential`: false, `find . -exec cat {} \;`: false, `cache --timeout=3600`: false, `ssh -F 'a$(b)'`: false,
		`ssh "-oX=y z"`: false, ``: false, `PATH="$(pwd)/tools:$PATH" ssh`: true, `export PATH=$(pwd)/tools:$PATH; ssh`: true, `PATH=$(pwd)/tools; ssh`: true, `X=$(pwd) ssh`: true,
		`TOKEN=$(cat /none); echo "password=$TOKEN"`: false, `export TOKEN=$(cat /none)`: false, `GIT_SSH_COMMAND=$(x) git fetch`: true, `export LD_PRELOAD="$(pwd)/x.so"`: true,
	} {
		var folders []string
		for _, n := range Named(filepath.Join(top, "sub"), "NAME", command, false, true) {
			if strings.HasPrefix(n[0], "NAME, in which ") {
				folders = append(folders, n[1])
			}
		}
		if is := len(folders) > 0; is != want || is && !slices.Equal(folders, []string{filepath.Join(top, "sub"), top}) {
			t.Errorf("%s: %q, want %v", command, folders, want)
		}
	}
	for _, n := range Named(t.TempDir(), "NAME", "ssh -F $(pwd)/x", false, true) {
		if strings.Contains(n[0], "in which") {
			t.Errorf("outside of working trees: %q", n)
		}
	}
}

// TestShellAgrees: of commands at random, what the shell of this machine gives a program is
// among the words, unless only a shell knows it.
func TestShellAgrees(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ab", "a b", "x*y", "cc"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("V", "a b")
	t.Setenv("W", "c*")
	parts := []string{"a", "b", "'", `"`, `\`, "$V", "${W}", " ", "\t", "*", "?", "[a]", "[!x]", "~", "c", "=", `\"`, "'a b'", `"$V"`, `"${W}"`, "{", "}", "$", "-", "'$V'"}
	r, judged := rand.New(rand.NewPCG(1, 2)), 0
	for range 500 {
		var text strings.Builder
		for range 1 + r.IntN(7) {
			text.WriteString(parts[r.IntN(len(parts))])
		}
		cmd := exec.Command("sh", "-c", "show() { for a do printf '%s\\0' \"$a\"; done; }\nshow "+text.String())
		cmd.Dir = dir
		out, err := cmd.Output()
		words, unknown := shellWords(dir, "show "+text.String(), os.Environ())
		if err != nil || unknown != "" {
			continue
		}
		judged++
		for want := range strings.SplitSeq(string(out), "\x00") {
			if want != "" && !slices.ContainsFunc(words, func(w shellWord) bool { return w.text == want || w.text == filepath.Join(dir, want) }) {
				t.Errorf("%q: %q is not among %+v", text.String(), want, words)
			}
		}
	}
	if judged < 100 {
		t.Errorf("%d commands were judged", judged)
	}
}

// FuzzShellWords: no text makes the splitter fail or not end.
func FuzzShellWords(f *testing.F) {
	for _, seed := range []string{"a \"b", "$(((", "${", "`\\", "((a)", "a <<", "'", "\\", "{a,b", "$", "~", "[", "a$@b", "\"`$(\"`"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) {
		_, _ = shellWords("/nowhere", text, []string{"x=a b *"})
	})
}
