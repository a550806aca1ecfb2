package secret

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// printedBy is what debuggers, packet dumps and other tools print of a file, and what
// sources and logs make of its bytes.
func printedBy() map[string]func(string) string {
	row := func(size int, print func(at int, row string) string) func(string) string {
		return func(text string) string { return rows(text, size, print) }
	}
	each := func(format string) func(string) string {
		return func(text string) string { return eachByte(text, format) }
	}
	hexOf := func(row string) string { return groups(row, 1, false) }
	two := func(row string) string { return hexOf(row[:min(8, len(row))]) + "  " + hexOf(row[min(8, len(row)):]) }
	chars := func(row string) string {
		return cells(row, map[byte]string{0: `\0`, '\n': `\n`, '\r': `\r`, '\t': `\t`})
	}
	signed := func(format, of128 string) func(string) string { // of bytes that a signed one does not hold
		return func(text string) string {
			var out strings.Builder
			for i := range len(text) {
				fmt.Fprintf(&out, map[bool]string{true: of128, false: format}[text[i] > 127], text[i])
			}
			return out.String()
		}
	}
	reverse := func(lines []string) []string { slices.Reverse(lines); return lines }
	return map[string]func(string) string{
		"od -tx1c": row(16, func(at int, row string) string {
			return fmt.Sprintf("%07o  %s\n       %s", at, strings.ReplaceAll(hexOf(row), " ", "  "), chars(row))
		}),
		"od -c -tx1": row(16, func(at int, row string) string {
			return fmt.Sprintf("%07o%s\n           %s", at, chars(row), strings.ReplaceAll(hexOf(row), " ", "  "))
		}),
		"tcpdump -X": row(16, func(at int, row string) string {
			return fmt.Sprintf("\t0x%04x:  %-39s  %s", at, groups(row, 2, false), shownAs(row))
		}),
		"gdb x/8xb": row(8, func(at int, row string) string {
			return fmt.Sprintf("0x7ffe%04x:\t0x%s", at, strings.ReplaceAll(hexOf(row), " ", "\t0x"))
		}),
		"certutil":  row(16, func(at int, row string) string { return fmt.Sprintf("%04x\t%s   %s\r", at, two(row), shownAs(row)) }),
		"Wireshark": row(16, func(at int, row string) string { return fmt.Sprintf("%04x   %-48s   %s", at, two(row), shownAs(row)) }),
		"radare2": row(16, func(at int, row string) string {
			return fmt.Sprintf("0x%08x  %-39s  %s", at, groups(row, 2, false), shownAs(row))
		}),
		"hexyl": row(16, func(at int, row string) string {
			return fmt.Sprintf("│%08x│ %s ┊ %s │%s│", at, hexOf(row[:min(8, len(row))]), hexOf(row[min(8, len(row)):]), shownAs(row))
		}),
		"ssh -vvv": row(16, func(at int, row string) string {
			return fmt.Sprintf("debug3: %04d: %s  %s", at, hexOf(row), shownAs(row))
		}),
		"a kernel log": row(16, func(at int, row string) string {
			return fmt.Sprintf("[   12.34%04d] raw: %08x: %s  %s", at, at, hexOf(row), shownAs(row))
		}),
		"strace": row(16, func(at int, row string) string {
			return fmt.Sprintf(" | %05x  %-49s  %-16s |", at, two(row), shownAs(row))
		}),
		"HTML": row(16, func(at int, row string) string {
			return fmt.Sprintf("<tr><td>%08x</td><td>%s</td></tr>", at, hexOf(row))
		}),
		"a log": row(16, func(at int, row string) string {
			return fmt.Sprintf("2026-11-03T09:30:00Z app[7]: %08x  %s  |%s|", at, two(row), shownAs(row))
		}),
		"in quotes": row(16, func(at int, row string) string {
			return fmt.Sprintf(`  "%08x: %s  %s\n" +`, at, groups(row, 2, false), strings.NewReplacer(`\`, ".", `"`, ".").Replace(shownAs(row)))
		}),
		"Intel HEX": row(16, func(at int, row string) string {
			return strings.ToUpper(fmt.Sprintf(":%02x%04x00%s00", len(row), at, groups(row, 16, false)))
		}),
		"S-records": row(16, func(at int, row string) string {
			return strings.ToUpper(fmt.Sprintf("S1%02x%04x%s00", len(row)+3, at, groups(row, 16, false)))
		}),
		"PHP": each("chr(%d)."), "Visual Basic": each("Chr(%d) & "), "Java": each("(byte)%d, "), "Rust": each("%du8, "), "a list of YAML": each("- %d\n"), "a version": each("%d."),
		"Java in hexadecimal": row(8, func(_ int, row string) string { return eachByte(row, "(byte) 0x%02x, ") }), "an object of JSON": func(text string) string {
			var out []string
			for at, c := range []byte(text) {
				out = append(out, fmt.Sprintf("%q: %d", fmt.Sprint(at), c))
			}
			return "{" + strings.Join(out, ",\n") + "}"
		},
		"Go's %#v": each("0x%x, "), "gdb print/x": each("0x%x, "), "gdb print/o": each("0%o, "), "C in octal": each("%#03o, "), "PHP in hexadecimal": each("chr(0x%02x)."),
		"Rust with types": each("0x%02x_u8, "), "C with suffixes": each("0x%02XU, "), "Scala": each("0x%02x.toByte, "), "Swift": each("UInt8(0x%02x), "), "MASM": row(8, func(_ int, row string) string { return "  db " + eachByte(row, "0%02xh, ") }),
		"Java in hexadecimal on a line": each("(byte) 0x%02x, "), "Java where it must": signed("%d, ", "(byte) %d, "), "Kotlin": signed("0x%02x, ", "0x%02x.toByte(), "),
		"Kotlin in decimal": signed("%d, ", "%d.toByte(), "), "C# with casts": signed("0x%x, ", "unchecked((byte) 0x%x), "),
		"lldb": func(text string) string {
			var out strings.Builder
			for i := range len(text) {
				fmt.Fprintf(&out, "  (unsigned char) [%d] = 0x%02x\n", i, text[i])
			}
			return "(unsigned char [138]) key = {\n" + out.String() + "}"
		},
		"a swap file of vim": func(text string) string {
			return strings.Join(reverse(strings.Split(strings.TrimSpace(text), "\n")), "\x00") + "\x00"
		},
		"the newest line first": func(text string) string {
			lines := strings.Split(strings.TrimSpace(text), "\n")
			for i := range lines {
				lines[i] = fmt.Sprintf("2026-11-03T09:30:%02dZ pod-7 %s", i%60, lines[i])
			}
			return strings.Join(reverse(lines), "\n")
		},
		"the newest line first, in JSON": func(text string) string {
			return string(must(json.Marshal(reverse(strings.Split(strings.TrimSpace(text), "\n")))))
		},
	}
}

// TestRowsOfTools: keys are found in what tools print of them, alone and in a string of
// JSON, and certificates, noise and text are none.
func TestRowsOfTools(t *testing.T) {
	pems := map[string]string{"PKCS #8": inPEM("PRIVATE KEY", ecPKCS8), "PKCS #1": inPEM("RSA PRIVATE KEY", rsaPKCS1)}
	all := map[string]string{"DER": string(ecPKCS8), "RSA": string(rsaPKCS8)}
	for name, text := range pems {
		all[name] = text
	}
	for form, print := range printedBy() {
		keys := all
		if strings.Contains(form, "line first") || strings.Contains(form, "vim") {
			keys = pems
		}
		for kind, key := range keys {
			text := "some words\n" + print(key) + "\nmore words\n"
			for where, text := range map[string]string{"alone": text, "in JSON": `{"a": ` + string(must(json.Marshal(text))) + "}"} {
				if strings.Contains(where, "JSON") && !isPlain(text) {
					continue
				}
				if found := Find([]byte(text)); len(found) == 0 {
					t.Errorf("%s of %s, %s: not found:\n%.500q", form, kind, where, text)
				}
			}
		}
		for kind, other := range map[string]string{"a certificate": inPEM("CERTIFICATE", noise(700)), "noise": string(noise(4096)), "text": strings.Repeat("words and more words\n", 40)} {
			if found := Find([]byte(print(other))); len(found) > 0 {
				t.Errorf("%s of %s: %+v", form, kind, found)
			}
		}
	}
}

func isPlain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > 126 })
}

// TestPrintedNumbers: the secret number of a key as languages and tools print it, and
// numbers that are none.
func TestPrintedNumbers(t *testing.T) {
	digits := strings.Repeat("1234567890", 8)
	d := base64.StdEncoding.EncodeToString([]byte(seeded("scalar", 32)))
	for text, want := range map[string]bool{
		"{PublicKey:{Curve:0xc000 X:+" + digits + " Y:+1} D:+" + digits + "}": true, "{PublicKey:{N:+1 E:65537} D:+" + digits + " Primes:[+1]}": true,
		"EllipticCurvePrivateNumbers(private_value=" + digits + ", public_numbers=x)":       true,
		`{"Curve":"nistP256","D":"` + d + `","Q":{"X":"` + d + `"}}`:                        true,
		`{"Modulus": "AQAB", "Exponent": "AQAB", "D": "` + d + `"}`:                         true,
		"Private-key-format: v1.3\nAlgorithm: 13 (ECDSAP256SHA256)\nPrivateKey: " + d:       true,
		"Private-key-format: v1.3\nAlgorithm: 8\nModulus: x\nPrivateExponent: " + d:         true,
		"{X:+" + digits + " Y:+" + digits + "}":                                             false,
		"{D:+12345}":                                                                        false,
		`{"Curve":"nistP256","Q":{"X":"` + d + `"}}`:                                        false,
		`{"A": "` + d + `", "D": "` + d + `"}`:                                              false,
		"Private-key-format: v1.3 is what dnssec-keygen writes, with PrivateKey: and so on": false,
	} {
		if found := Find([]byte(text)); (len(found) > 0) != want {
			t.Errorf("%s: %+v", text, found)
		}
	}
}

// TestMarkedOnce: a key in an array of bytes is reported once, where the array begins, and other
// arrays before and behind it do not hide it.
func TestMarkedOnce(t *testing.T) {
	other := eachByte(string(noise(100)), "0x%x, ")
	for _, format := range []string{"0x%x, ", "(byte) 0x%02x, ", "0x%02x_u8,\n"} {
		before := "var other = []byte{" + other + "}\n" + strings.Repeat("some words\n", 10) + "var key = {"
		text := before + eachByte(string(ecPKCS8), format) + "}\n" + strings.Repeat("more words\n", 10) + other
		found := Find([]byte(text))
		if len(found) != 1 || found[0].Offset < int64(len(before)) || found[0].Offset > int64(len(before)+len("(byte) ")) {
			t.Errorf("%s: %+v, the array is at %d", format, found, len(before))
		}
	}
}

// TestSealedOrNot: a message of PGP that is signed or stored has a key in clear, and files
// that are compressed otherwise are said to be unsearched.
func TestSealedOrNot(t *testing.T) {
	key := inPEM("PRIVATE KEY", ecPKCS8)
	message := "\xa3\x01" + zl(key)[2:] // the end of zlib is behind the packet
	for name, text := range map[string]string{"binary": message, "in armor": "-----BEGIN PGP MESSAGE-----\n\n" + wrap(b64(message), 64, "\n") + "\n-----END PGP MESSAGE-----\n"} {
		if found := Find([]byte(text)); len(found) == 0 || found[0].Unsearched {
			t.Errorf("%s: %+v", name, found)
		}
	}
	if found := Find([]byte("\xa3\x01" + zl("words and more words, which are no key")[2:])); len(found) > 0 {
		t.Errorf("words: %+v", found)
	}
	for name, magic := range map[string]string{"compress": "\x1f\x9d\x90", "lzip": "LZIP\x01\x0c", "cabinet": "MSCF\x00\x00\x00\x00", "lzo": "\x89LZO\x00\r\n\x1a\n", "snappy": "\xff\x06\x00\x00sNaPpY", "a frame of zstd that is skipped": "\x50\x2a\x4d\x18\x04\x00\x00\x00"} {
		if found := Find([]byte(magic + string(noise(200)))); len(found) == 0 || !found[0].Unsearched {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
