package secret

import (
	"fmt"
	"strings"
	"testing"
)

// each writes every byte in a form of fmt.
func each(name, form string) encoding {
	return encoding{name, func(t string) string {
		var out strings.Builder
		for _, c := range []byte(t) {
			fmt.Fprintf(&out, form, c)
		}
		return out.String()
	}}
}

// some writes bytes that are no printable ASCII in a form of fmt, and others as they
// are, those that are special after a backslash.
func some(name, form, special string) encoding {
	return encoding{name, func(t string) string {
		var out strings.Builder
		for _, c := range []byte(t) {
			switch {
			case strings.IndexByte(special, c) >= 0:
				out.WriteString(`\` + string(rune(c)))
			case c < ' ' || c > '~' || c == '%' || c == '&':
				fmt.Fprintf(&out, form, c)
			default:
				out.WriteByte(c)
			}
		}
		return out.String()
	}}
}

// byteForms are bytes as the escapes of languages.
func byteForms() []encoding {
	return []encoding{
		each("percent", "%%%02x"), each("percent in capitals", "%%%02X"), each("JSON", `\u%04x`), each("braces", `\u{%x}`), each("braces of Perl", `\x{%02x}`), each("HTML", "&#%d;"), each("HTML, hexadecimal", "&#x%X;"), each("HTML with zeros", "&#%03d;"),
		each("octal", `\%03o`), each("short octal", `\%o`), each("long Unicode", `\U%08x`), each("JavaScript's escape", "%%u%04X"), each("octal in quotes and commas", "\"\\%03o\",\n"), each("HTML in lines", "&#%d;\n"),
		some("percent where needed", "%%%02x", ""), some("JSON where needed", `\u%04x`, `\"`), some("Python", `\x%02x`, `\'`), some("octal of C where needed", `\%03o`, `\"`), some("HTML where needed", "&#%d;", ""),
		{"Go", func(t string) string { return fmt.Sprintf("%q", t) }},
		{"Latin-1 in UTF-8", func(t string) string {
			var out strings.Builder
			for _, c := range []byte(t) {
				if c < ' ' || c == '"' || c == '\\' {
					fmt.Fprintf(&out, `\u%04x`, c)
				} else {
					out.WriteRune(rune(c))
				}
			}
			return out.String()
		}},
		{"strings of C that follow one another", func(t string) string {
			var out []string
			for ; len(t) > 20; t = t[20:] {
				out = append(out, some("", `\%03o`, `\"`).encode(t[:20]))
			}
			return `"` + strings.Join(append(out, some("", `\%03o`, `\"`).encode(t)), "\"\n    \"") + `"`
		}},
	}
}

// TestByteForms: binary keys, and compressed ones, whose bytes are escaped.
func TestByteForms(t *testing.T) {
	for kind, key := range map[string]string{"EC": string(ecPKCS8), "SEC 1": string(ecSEC1), "RSA": string(rsaPKCS8), "Ed25519": string(edPKCS8), "gzip": gz(inPEM("PRIVATE KEY", ecPKCS8)), "UTF-16": utf16Of(inPEM("PRIVATE KEY", ecPKCS8), false), "PEM": inPEM("PRIVATE KEY", ecPKCS8)} {
		for _, e := range byteForms() {
			text := "key: \"" + e.encode(key) + "\"\nmore: words\n"
			if kind == "UTF-16" && e.name == "Latin-1 in UTF-8" {
				continue // most of it is no escape
			}
			if found := Find([]byte(text)); len(found) == 0 {
				t.Errorf("%s/%s is not found: %.200q", kind, e.name, text)
			} else if f := found[0]; f.Offset < 0 || f.end > int64(len(text)) || f.Unsearched {
				t.Errorf("%s/%s: %+v", kind, e.name, f)
			}
		}
	}
}

// TestSpacesOfPages: white space of HTML and Unicode between the lines of a key.
func TestSpacesOfPages(t *testing.T) {
	for kind, key := range keyTexts() {
		if !strings.HasPrefix(key, "-----") {
			continue
		}
		for _, space := range []string{"&nbsp;", "&#160;", "&#xa0;", "&#xA0;", `\u00a0`, `\xa0`, "&ensp;", "&thinsp;", "&NewLine;", "&Tab;", "\u00a0", "&#32;&nbsp;", "&amp;nbsp;"} {
			for _, text := range []string{strings.ReplaceAll(strings.TrimSpace(key), "\n", space), strings.ReplaceAll(strings.TrimSpace(key), " ", space)} {
				if found := Find([]byte("a: " + text + "\n")); len(found) == 0 {
					t.Errorf("%s with %s is not found: %.200q", kind, space, text)
				}
			}
		}
	}
}

// TestPagesText: the same in the markers and at each line at once.
func TestPagesText(t *testing.T) {
	for kind, key := range keyTexts() {
		if !strings.HasPrefix(key, "-----") {
			continue
		}
		lines := strings.Split(strings.TrimSpace(key), "\n")
		for _, space := range []string{"\u00a0", "\u2003", "\u2007", "\u202f", "\u3000", "\ufeff", "\u2028", "\u0085", "\v", "\f", "\xa0", "\x85", "\u200b ", "\u00a0\u200b"} {
			spaced := strings.ReplaceAll(strings.Join(lines, "\n"), " ", space)
			for place, text := range map[string]string{
				"end": strings.ReplaceAll(spaced, "\n", space+"\n"), "begin": strings.ReplaceAll(spaced, "\n", "\n"+space+space), "only": strings.ReplaceAll(spaced, "\n", space),
			} {
				if found := Find([]byte("a: " + text + "\n")); len(found) == 0 {
					t.Errorf("%s with %q at the %s is not found", kind, space, place)
				}
			}
		}
	}
}

// TestHarmlessEscapes: bytes that are escaped and have no key are not reported,
// and nor are markers in logs.
func TestHarmlessEscapes(t *testing.T) {
	random := string(noise(1 << 18))
	texts := map[string]string{
		"entities": strings.Repeat("&eacute;&nbsp;", 1<<18), "short octal": strings.Repeat(`\201\3`, 1<<19), "address": strings.Repeat("%C3%A9%20", 1<<18), "quotes": strings.Repeat(`"\xe9"`+"\n", 1<<18),
		"priv": strings.Repeat("priv:", 1<<19), "priv and pairs": strings.Repeat("priv:00:11:22:33:44:55:66:77", 1<<15), "lines": strings.Repeat("a "+"-----BEGIN PRIVATE KEY-----\n"+strings.Repeat("a few words here\n", 1000), 200),
		"one long line": "-----BEGIN PRIVATE KEY-----\n" + strings.Repeat("word ", 1<<20), "tags": strings.Repeat("-----BEGIN PRIVATE KEY-----<a>", 1<<16),
	}
	for _, e := range byteForms() {
		texts["random in "+e.name] = e.encode(random)
	}
	for name, text := range texts {
		found := Find([]byte(text))
		if len(found) > 0 {
			t.Errorf("%s: %+v", name, found[0])
		}
	}
}
