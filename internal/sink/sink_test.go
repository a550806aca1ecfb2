package sink

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestTerminal(t *testing.T) {
	for text, want := range map[string]string{
		"pki/keys/a.pem: ok\n\tline\n":    "pki/keys/a.pem: ok\n\tline\n",
		"ключ é 漢 😀":                      "ключ é 漢 😀",
		"a\x1b]0;t\a\x1b[2J.pem":          `a\x1b]0;t\x07\x1b[2J.pem`,
		"c1\u009b31m":                     `c1\u009b31m`,
		"rtl\u202ecod.pem":                `rtl\u202ecod.pem`,
		"\u2066x\u2069\u200e\u200f\u061c": `\u2066x\u2069\u200e\u200f\u061c`,
		"zero\u200bwidth\ufeff\u2060":     `zero\u200bwidth\ufeff\u2060`,
		"new\rline\u2028\u2029\u0085":     `new\x0dline\u2028\u2029\u0085`,
		"\xff\xfeb\xc3":                   `\xff\xfeb\xc3`,
		"tag\U000E0041":                   `tag\U000e0041`,
		"\u3164filler\ufe0f":              `\u3164filler\ufe0f`,
	} {
		if got := Terminal(text); got != want {
			t.Errorf("Terminal(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLog(t *testing.T) {
	for text, want := range map[string]string{
		"::set-output name=safe::true":      `\::set-output name=safe::true`,
		"a\n  ::stop-commands::x\n":         "a\n  \\::stop-commands::x\n",
		"\u00a0\t::x":                       "\u00a0\t\\::x",
		":::x":                              `\:::x`,
		"a\r::error::x":                     `a\x0d::error::x`,
		"name ##[error]x":                   `name ##\[error]x`,
		"##vso[task.setvariable]x":          `##vso\[task.setvariable]x`,
		"##teamcity[x]":                     `##teamcity\[x]`,
		"\ufeff::x":                         `\ufeff::x`,
		"pkg::name and https://[::1]/ stay": "pkg::name and https://[::1]/ stay",
	} {
		if got := Log(text); got != want {
			t.Errorf("Log(%q) = %q, want %q", text, got, want)
		}
	}
}

// acted is what a forge acts on in rendered or raw text.
var acted = regexp.MustCompile("(?i)[<>`|\\[\\]*&$~@#!]|://|www\\.|\\bgh-\\d|%\\d|mailto:|javascript:")

// TestBlock: no line of the text ends the block.
func TestBlock(t *testing.T) {
	for text, want := range map[string]string{
		"a\n":              "```diff\na\n```\n",
		"a\n```\n@team\n":  "````diff\na\n```\n@team\n````\n",
		"`````` and ```\n": "```````diff\n`````` and ```\n```````\n",
	} {
		if got := Block("diff", text); got != want {
			t.Errorf("Block(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMarkdown(t *testing.T) {
	for _, text := range []string{
		"@org/team please", "<img src=x onerror=alert(1)>", "<!-- l5d-pki-render -->", "[click](https://evil.example)", "![x](https://evil.example/x.png)",
		"see https://evil.example and www.evil.example or mailto:a@b.example", "fixes #12, GH-12, !12, group/project!12, &3, %4, ~bug, $5", "a | b\n|---|\n",
		"# heading", "```\ncode", "&commat;root &#64;root", "a\n/merge\n/approve", "/merge", "- item", "1. item", "===", "$x^2$", "http:\\\\x\\@y", `\[x]\(y)`,
		"\u202e\u200b@x", "javascript:alert(1)",
	} {
		got := Markdown(text)
		if acted.MatchString(got) || strings.ContainsAny(got, "\n\r") || regexp.MustCompile(`^[-+=/]|^\d+\.`).MatchString(got) {
			t.Errorf("Markdown(%q) = %q", text, got)
		}
	}
	for text, want := range map[string]string{
		"pki/keys/2026-1.age: ok (75 %), _x_": "pki/keys/2026-1.age: ok (75 %), _x_",
		"/merge":                              `\/merge`,
		"12) x":                               `12\) x`,
		"a\n b\t":                             "a b",
	} {
		if got := Markdown(text); got != want {
			t.Errorf("Markdown(%q) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{"": "none", "a`b\n@c": "`a'b @c`", "\x1b": "`\\x1b`"} {
		if got := Code(text); got != want {
			t.Errorf("Code(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestOutput(t *testing.T) {
	for value, want := range map[string]string{
		"true": "a=true\n", "x\nsafe=true": "a=x safe=true\n", "x\r\nsafe<<E": "a=x safe<<E\n", "x\u2028y\u0085z": "a=x y z\n", "\x1b[0m": "a=\\x1b[0m\n",
	} {
		if got := Output("a", value); got != want {
			t.Errorf("Output(%q) = %q, want %q", value, got, want)
		}
	}
}

func TestJSON(t *testing.T) {
	for _, text := range []string{"plain", "a\u202eb", "c\u009b", "tag\U000E0041", "é😀", "\u2028\ufeff"} {
		coded, _ := json.Marshal(text)
		safe := JSON(coded)
		var back string
		if err := json.Unmarshal(safe, &back); err != nil || back != text {
			t.Errorf("%q: %s: %q, %v", text, safe, back, err)
		}
		if strings.IndexFunc(string(safe), unsafe) >= 0 {
			t.Errorf("%q: %q", text, safe)
		}
	}
}

// TestCut: no limit, however small, makes it fail or leaves the ending out.
func TestCut(t *testing.T) {
	for _, text := range []string{"", "short", strings.Repeat("lang\u00e4 ", 100)} {
		for limit := -1; limit < 700; limit++ {
			got := Cut(text, "<!-- mark -->\n", limit)
			length := utf8.RuneCountInString(got)
			if !strings.HasSuffix(got, "<!-- mark -->\n") || !utf8.ValidString(got) {
				t.Fatalf("limit %d: %q", limit, got)
			}
			if limit > 14 && length > limit || limit <= 0 && !strings.HasPrefix(got, text) {
				t.Fatalf("limit %d: %d characters", limit, length)
			}
		}
	}
}

func FuzzLog(f *testing.F) {
	f.Add("\n ::x")
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range strings.FieldsFunc(Log(text), func(r rune) bool { return r == '\n' || r == '\r' }) {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, "##[") || strings.Contains(line, "##vso[") {
				t.Fatalf("%q: %q", text, line)
			}
			if strings.IndexFunc(line, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) >= 0 {
				t.Fatalf("%q: %q", text, line)
			}
		}
	})
}

// TestLine: one line stays one, whoever reads it.
func TestLine(t *testing.T) {
	for _, end := range []string{"\n", "\r\n", "\r", "\v", "\f", "\u0085", "\u2028", "\u2029", "\t"} {
		got := Line("a" + end + "hint: b\x1b[2J")
		if strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) || !strings.HasPrefix(got, `a\`) || !strings.Contains(got, "hint: b") {
			t.Errorf("%q is shown as %q", end, got)
		}
	}
	if got := Line("names of a line é 漢"); got != "names of a line é 漢" {
		t.Error(got)
	}
}
