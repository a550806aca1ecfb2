package screen

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
)

func lines(width int, add func(p *Page)) []string {
	p := New(View{Width: width})
	add(p)
	return strings.Split(strings.TrimSuffix(p.String(), "\n"), "\n")
}

func TestLine(t *testing.T) {
	long := strings.Repeat("x", 100)
	for name, c := range map[string]struct {
		add  func(p *Page)
		want []string
	}{
		"fits":           {func(p *Page) { p.Line("a: ", Say("b c")) }, []string{"a: b c"}},
		"hangs":          {func(p *Page) { p.Line("lead: ", Say("one two three four five six seven eight nine")) }, []string{"lead: one two three four five six seven", "      eight nine"}},
		"parts":          {func(p *Page) { p.Line("", Bold.Say("WORD:"), Say(" next"), Say("glued")) }, []string{"WORD: nextglued"}},
		"line ends":      {func(p *Page) { p.Line("", Say("one\ntwo\tthree")) }, []string{"one two three"}},
		"a long word":    {func(p *Page) { p.Line("", Say("a "+long)) }, []string{"a", long[:40], long[:40], long[:20]}},
		"quoted command": {func(p *Page) { p.Line("", Say("something long before: `l5d-pki-render status` and more")) }, []string{"something long before:", "`l5d-pki-render status` and more"}},
		"a broken one": {func(p *Page) {
			p.Line("", Say("run `l5d-pki-render status --state a-rather-long/path.yaml --verbose`, then"))
		}, []string{"run", `l5d-pki-render status --state \`, "a-rather-long/path.yaml --verbose", "then"}},
		"a broken one at the end": {func(p *Page) {
			p.Line("note: ", Say("apply them: `l5d-pki-render manifests --with-keys | kubectl apply -f -`."))
		}, []string{"note: apply them:", `      l5d-pki-render manifests \`, `      --with-keys | kubectl apply -f -`}},
		"quotes": {func(p *Page) { p.Line("next: ", Command("git commit -m 'linkerd PKI of east: stable'")) },
			[]string{`next: git commit -m \`, "      'linkerd PKI of east: stable'"}},
		"command":         {func(p *Page) { p.Line("next: ", Command("l5d-pki-render status --state "+long)) }, []string{`next: l5d-pki-render status --state \`, "      " + long}},
		"one backquote":   {func(p *Page) { p.Line("", Say("a ` b")) }, []string{"a ` b"}},
		"no text":         {func(p *Page) { p.Line("lead", Say("")) }, []string{"lead"}},
		"control":         {func(p *Page) { p.Line("", Say("a\x1b[31mb")) }, []string{`a\x1b[31mb`}},
		"runner commands": {func(p *Page) { p.Line("", Say("::error::x ##vso[task]")) }, []string{`\::error::x ##vso\[task]`}},
		"wide characters": {func(p *Page) { p.Line("", Say(strings.Repeat("漢", 25))) }, []string{strings.Repeat("漢", 20), strings.Repeat("漢", 5)}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := lines(40, c.add); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}

// TestBrokenCommand: a shell that is given the lines of a command as they are printed
// reads the words of the command.
func TestBrokenCommand(t *testing.T) {
	for _, command := range []string{
		"l5d-pki-render manifests --with-keys --state some/rather/long/path/rotation.yaml pipe kubectl apply -f -",
		"git add -A -- pki/keys/2026-1.age pki/rotation.yaml and git commit -m 'linkerd PKI of prod:  anchor-added'",
		`l5d-pki-render advance --evidence ../observation.yaml --assume DELIVERED-ELSEWHERE --because "applied by hand, it's merged"`,
		`l5d-pki-render start anchor --why 'don'\''t wait for the second cluster' --strategy bundle`,
	} {
		want, err := exec.Command("sh", "-c", `printf '<%s>' `+command).Output()
		if err != nil {
			t.Fatal(err)
		}
		for width := 40; width < 130; width += 3 {
			for _, lead := range []string{"", "next: "} {
				text := strings.Join(lines(width, func(p *Page) { p.Line(lead, Command(command)) }), "\n")
				if got, err := exec.Command("sh", "-c", `printf '<%s>' `+strings.TrimPrefix(text, lead)).Output(); err != nil || string(got) != string(want) {
					t.Fatalf("at %d columns: %v\n%s\n%s\nis %s", width, err, text, got, want)
				}
			}
		}
	}
}

func TestTable(t *testing.T) {
	columns := []Column{{Title: "name", Shrink: 6}, {Title: "why", Optional: 1}, {Title: "what", Wraps: true}, {}}
	row := []Text{Say("a-very-long-name-indeed"), Say("because"), Say("many words that can go on"), Say("")}
	for width, want := range map[int][]string{
		80: {"name                     why      what", "a-very-long-name-indeed  because  many words that can go on"},
		55: {"name                     why      what", "a-very-long-name-indeed  because  many words that can", "                                  go on"},
		46: {"name                     what", "a-very-long-name-indeed  many words that can", "                         go on"},
		40: {"name                what", "a-very-lo…e-indeed  many words that can", "                    go on"},
	} {
		if got := lines(width, func(p *Page) { p.Table(columns, row) }); fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
			t.Errorf("at %d columns:\ngot  %q\nwant %q", width, got, want)
		}
	}
}

// TestColored: styles are around words, end at the line's end, and change no width.
func TestColored(t *testing.T) {
	add := func(p *Page) {
		p.Line("", Bad.Say("one two three four five six seven eight nine ten"), Say(" plain"))
		p.Table([]Column{{Title: "a"}, {Title: "b"}}, []Text{Good.Say("x y"), Say("z")})
	}
	p := New(View{Width: 40, Color: true})
	add(p)
	color := p.String()
	if !strings.HasPrefix(color, "\x1b[1;31mone two three") {
		t.Errorf("%q", color)
	}
	for line := range strings.Lines(color) {
		if strings.Count(line, "\x1b[0m") == 0 || strings.Count(line, "\x1b[")%2 != 0 {
			t.Errorf("a style goes on past its line: %q", line)
		}
	}
	plain := strings.NewReplacer("\x1b[1;31m", "", "\x1b[32m", "", "\x1b[2m", "", "\x1b[0m", "").Replace(color)
	if want := strings.Join(lines(40, add), "\n") + "\n"; plain != want {
		t.Errorf("color changes the text:\n%s\n%s", plain, want)
	}
	for line := range strings.Lines(plain) {
		if picture.Columns(strings.TrimSpace(line)) > 40 {
			t.Errorf("too wide: %s", line)
		}
	}
}
