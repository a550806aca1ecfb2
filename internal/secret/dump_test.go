package secret

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// rows prints bytes like a program that dumps them, some in a row.
func rows(text string, size int, print func(at int, row string) string) string {
	var out strings.Builder
	for at := 0; at < len(text); at += size {
		out.WriteString(print(at, text[at:min(len(text), at+size)]) + "\n")
	}
	return out.String()
}

// groups are the digits of a row, in groups of so many bytes; reversed as od prints words.
func groups(row string, size int, little bool) string {
	var all []string
	for at := 0; at < len(row); at += size {
		group := []byte(row[at:min(len(row), at+size)])
		for little && len(group) < size {
			group = append(group, 0)
		}
		if little {
			group = reversed(group, size)
		}
		all = append(all, hex.EncodeToString(group))
	}
	return strings.Join(all, " ")
}

func shownAs(row string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '.'
		}
		return r
	}, strings.ToValidUTF8(row, "."))
}

// dumpForms are what programs print of a file.
func dumpForms() map[string]func(string) string {
	offset := func(format string, of func(row string) string) func(string) string {
		return func(text string) string {
			return rows(text, 16, func(at int, row string) string { return fmt.Sprintf(format, at) + of(row) })
		}
	}
	plain := func(of func(row string) string) func(string) string {
		return func(text string) string {
			return rows(text, 16, func(_ int, row string) string { return " " + of(row) })
		}
	}
	bytesOf := func(row string) string { return groups(row, 1, false) }
	words := func(size int) func(string) string {
		return func(row string) string { return groups(row, size, true) }
	}
	xxd := func(size int) func(string) string {
		return offset("%08x: ", func(row string) string {
			return fmt.Sprintf("%-*s  %s", 32+16/size-1, groups(row, size, false), shownAs(row)) // two blanks behind the last group
		})
	}
	canonical := offset("%08x  ", func(row string) string {
		return fmt.Sprintf("%-48s  |%s|", groups(row[:min(8, len(row))], 1, false)+"  "+groups(row[min(8, len(row)):], 1, false), shownAs(row))
	})
	return map[string]func(string) string{
		"xxd": xxd(2), "xxd -g1": xxd(1), "xxd -g4": xxd(4),
		"xxd -u": func(text string) string { return strings.ToUpper(xxd(2)(text)) },
		"xxd -e": offset("%08x: ", func(row string) string { return groups(row, 4, true) + "  " + shownAs(row) }),
		"xxd -p": func(text string) string { return wrap(hex.EncodeToString([]byte(text)), 60, "\n") + "\n" },
		"xxd -i": func(text string) string {
			return rows(text, 12, func(_ int, row string) string { return "  0x" + strings.ReplaceAll(bytesOf(row), " ", ", 0x") + "," })
		},
		"od -tx1": offset("%07o ", bytesOf), "od -An -tx1": plain(bytesOf), "od -Ax -tx1": offset("%06x ", bytesOf),
		"od -tx1z": offset("%07o ", func(row string) string { return fmt.Sprintf("%-48s  >%s<", bytesOf(row), shownAs(row)) }),
		"od -x":    offset("%07o ", words(2)), "od -tx4": offset("%07o ", words(4)), "od -tx8": offset("%07o ", words(8)), "od -An -x": plain(words(2)),
		"hexdump": offset("%07x ", words(2)), "hexdump -C": canonical,
		"hexdump -C in YAML":        func(text string) string { return "a: |\n  " + strings.ReplaceAll(canonical(text), "\n", "\n  ") },
		"hexdump -C in a patch":     func(text string) string { return "+" + strings.ReplaceAll(canonical(text), "\n", "\n+") },
		"xxd in a comment":          func(text string) string { return "# " + strings.ReplaceAll(xxd(2)(text), "\n", "\n# ") },
		"lines of Windows":          func(text string) string { return strings.ReplaceAll(xxd(2)(text), "\n", "\r\n") },
		"base64, commas":            func(text string) string { return wrap(b64(text), 4, ",") + "\n" },
		"base64, commas and spaces": func(text string) string { return wrap(b64(text), 8, ", ") + "\n" },
		"base64, spaces":            func(text string) string { return wrap(b64(text), 4, " ") + "\n" },
	}
}

// TestDumps: keys are found in what programs print of them, and certificates and noise
// are none.
func TestDumps(t *testing.T) {
	for form, print := range dumpForms() {
		for kind, key := range map[string][]byte{"PKCS #8": ecPKCS8, "SEC 1": ecSEC1, "Ed25519": edPKCS8, "RSA": rsaPKCS8, "PKCS #1": rsaPKCS1, "PEM": []byte(inPEM("PRIVATE KEY", edPKCS8))} {
			text := "a note before\n" + print(string(key)) + "and one behind\n"
			if found := Find([]byte(text)); len(found) == 0 {
				t.Errorf("%s of %s: not found:\n%s", form, kind, text)
			}
		}
		for kind, other := range map[string][]byte{"a certificate": []byte(inPEM("CERTIFICATE", noise(700))), "noise": noise(4096), "text": []byte(strings.Repeat("words and more words\n", 40))} {
			if found := Find([]byte(print(string(other)))); len(found) > 0 {
				t.Errorf("%s of %s: %+v", form, kind, found)
			}
		}
	}
}
