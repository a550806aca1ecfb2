package secret

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/ascii85"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
)

// row85 writes text in groups of five digits of an alphabet, without padding.
func row85(text, alphabet string) string {
	var out strings.Builder
	for ; len(text) > 0; text = text[min(4, len(text)):] {
		var group [4]byte
		n := copy(group[:], text)
		v, digits := binary.BigEndian.Uint32(group[:]), [5]byte{}
		for i := 4; i >= 0; i-- {
			digits[i] = alphabet[v%85]
			v /= 85
		}
		out.Write(digits[:n+1])
	}
	return out.String()
}

func ascii85Of(text string) string {
	out := make([]byte, ascii85.MaxEncodedLen(len(text)))
	return string(out[:ascii85.Encode(out, []byte(text))])
}

const (
	digitsGit = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~"
	digitsZ85 = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#"
)

// uu writes lines of uuencode; some programs write a blank for zero, others a backtick.
func uu(text, zero string) string {
	return "\nbegin 644 key\n" + rows(text, 45, func(_ int, row string) string {
		line := string(rune(' ' + len(row)))
		for at := 0; at < len(row); at += 3 {
			group := [3]byte{}
			copy(group[:], row[at:])
			for _, v := range []byte{group[0] >> 2, group[0]<<4&0x30 | group[1]>>4, group[1]<<2&0x3c | group[2]>>6, group[2] & 63} {
				line += string(rune(' ' + v))
			}
		}
		return strings.ReplaceAll(line, " ", zero)
	}) + "`\nend"
}

// gitPatch is what "git diff --binary" writes of a new file.
func gitPatch(text string) string {
	return "\ndiff --git a/k b/k\nnew file mode 100644\nindex 0000000..dd4371f\nGIT binary patch\n" + fmt.Sprintf("literal %d\n", len(text)) +
		rows(zl(text), 52, func(_ int, row string) string {
			length := 'A' + rune(len(row)-1)
			if len(row) > 26 {
				length = 'a' + rune(len(row)-27)
			}
			padded := row + strings.Repeat("\x00", (4-len(row)%4)%4)
			return string(length) + row85(padded, digitsGit)
		}) + "\nliteral 0\nHcmV?d00001\n"
}

// cells prints a row as "od -c" and "od -a" do.
func cells(row string, names map[byte]string) string {
	var out strings.Builder
	for _, c := range []byte(row) {
		switch name, has := names[c]; {
		case has:
			fmt.Fprintf(&out, "%4s", name)
		case c < ' ' || c > '~':
			fmt.Fprintf(&out, " %03o", c)
		default:
			fmt.Fprintf(&out, "%4c", c)
		}
	}
	return out.String()
}

// wordsOf prints words of a little-endian machine.
func wordsOf(row, format string) string {
	var out strings.Builder
	for padded := row + strings.Repeat("\x00", len(row)%2); padded != ""; padded = padded[2:] {
		fmt.Fprintf(&out, format, binary.LittleEndian.Uint16([]byte(padded)))
	}
	return out.String()
}

func eachByte(row, format string) string {
	var out strings.Builder
	for _, c := range []byte(row) {
		fmt.Fprintf(&out, format, c)
	}
	return out.String()
}

// toolForms are what programs write of a file, beside base64 and hexadecimal digits.
func toolForms() []encoding {
	od := func(name, offset string, of func(row string) string) encoding {
		return encoding{name, func(t string) string {
			return "\n" + rows(t, 16, func(at int, row string) string { return fmt.Sprintf(offset, at) + of(row) })
		}}
	}
	escapes := map[byte]string{0: `\0`, '\n': `\n`, '\t': `\t`, '\r': `\r`, 7: `\a`, 8: `\b`, 11: `\v`, 12: `\f`}
	chars := func(row string) string { return cells(row, escapes) }
	octal := func(row string) string { return eachByte(row, " %03o") }
	each := func(before string) func(string) string {
		return func(t string) string {
			return before + strings.ReplaceAll(od("", "%07o", chars).encode(t), "\n", "\n"+before)
		}
	}
	quoted := func(t string) string {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(t) + `"`
	}
	return []encoding{
		od("od -c", "%07o", chars), od("od -Ax -c", "%06x", chars), od("od -b", "%07o", octal),
		od("od", "%07o", func(row string) string { return wordsOf(row, " %06o") }), od("od -d", "%07o", func(row string) string { return wordsOf(row, " %5d") }),
		od("od -t u1", "%07o", func(row string) string { return eachByte(row, " %4d") }), od("hexdump -d", "%07x", func(row string) string { return wordsOf(row, "   %05d") }),
		od("hexdump -o", "%07x", func(row string) string { return wordsOf(row, "  %06o") }),
		{"xxd -b", func(t string) string {
			return "\n" + rows(t, 6, func(at int, row string) string {
				return fmt.Sprintf("%08x:%-54s  %s", at, eachByte(row, " %08b"), shownAs(row))
			})
		}},
		{"od -An -c", func(t string) string { return "\n" + rows(t, 16, func(_ int, row string) string { return chars(row) }) }},
		{"od -An -b", func(t string) string { return "\n" + rows(t, 16, func(_ int, row string) string { return octal(row) }) }},
		{"od -c in a patch", each("+")}, {"od -c in YAML", each("    ")}, {"od -c in a comment", each("# ")},
		{"uuencode", func(t string) string { return uu(t, "`") }}, {"uuencode with blanks", func(t string) string { return uu(t, " ") }},
		{"uuencode in YAML", func(t string) string { return strings.ReplaceAll(uu(t, "`"), "\n", "\n    ") }},
		{"a binary patch", gitPatch}, {"a binary patch in mail", func(t string) string { return strings.ReplaceAll(gitPatch(t), "\n", "\r\n") }},
		{"Ascii85", ascii85Of}, {"Ascii85 of Adobe", func(t string) string { return "<~" + wrap(ascii85Of(t), 76, "\n") + "~>" }}, {"Ascii85 in a string", func(t string) string { return quoted(ascii85Of(t)) }},
		{"base85", func(t string) string { return row85(t, digitsGit) }}, {"base85 in a string", func(t string) string { return `k = b"` + row85(t, digitsGit) + `"` }},
		{"Z85", func(t string) string { return row85(t+strings.Repeat("\x00", (4-len(t)%4)%4), digitsZ85) }},
	}
}

// TestTools: keys are found in what programs write, and certificates and noise are none.
func TestTools(t *testing.T) {
	keys := keyTexts()
	keys["gzip"] = gz(keys["PKCS #8"])
	for _, e := range toolForms() {
		for kind, key := range keys {
			text := "some: words\nkey: " + e.encode(key) + "\nmore: words\n"
			if found := Find([]byte(text)); len(found) == 0 {
				t.Errorf("%s of %s: not found:\n%.600s", e.name, kind, text)
			} else if f := found[0]; f.Unsearched || f.Offset < 0 || f.end > int64(len(text)) {
				t.Errorf("%s of %s: %+v", e.name, kind, f)
			}
		}
		for kind, other := range map[string]string{"a certificate": inPEM("CERTIFICATE", noise(700)), "noise": string(noise(4096)), "text": strings.Repeat("words and more words\n", 40)} {
			if found := Find([]byte(e.encode(other))); len(found) > 0 {
				t.Errorf("%s of %s: %+v", e.name, kind, found)
			}
		}
	}
	if found := Find([]byte("\n" + rows(inPEM("PRIVATE KEY", edPKCS8), 16, func(at int, row string) string {
		return fmt.Sprintf("%07o", at) + cells(row, map[byte]string{'\n': "nl", ' ': "sp"})
	}))); len(found) == 0 {
		t.Error("od -a: not found")
	}
}

// TestRandomInBase85: a short key whose digits happen to have few signs is found too.
func TestRandomInBase85(t *testing.T) {
	for i := range 1000 {
		der := string(must(x509.MarshalPKCS8PrivateKey(ed25519.NewKeyFromSeed(seeded(fmt.Sprint(i), 32)))))
		for _, text := range []string{ascii85Of(der), row85(der, digitsGit), row85(der, digitsZ85)} {
			if len(Find([]byte("key: "+text+"\nmore: words\n"))) == 0 {
				t.Errorf("not found: %s", text)
			}
		}
	}
}

// asn1Parse prints DER as "openssl asn1parse" does; of octets in a dump, if it is asked to.
func asn1Parse(der []byte, depth int, isDump bool) string {
	names := map[byte]string{0x30: "SEQUENCE", 0x31: "SET", 0x02: "INTEGER", 0x03: "BIT STRING", 0x04: "OCTET STRING", 0x05: "NULL", 0x06: "OBJECT", 0xa0: "cont [ 0 ]", 0xa1: "cont [ 1 ]", 0x0c: "UTF8STRING"}
	var out strings.Builder
	for len(der) > 0 {
		var e asn1.RawValue
		rest := must(asn1.Unmarshal(der, &e))
		kind, tag := "prim", der[0]
		if e.IsCompound {
			kind = "cons"
		}
		fmt.Fprintf(&out, "%5d:d=%d  hl=%d l=%4d %s: %-18s", 0, depth, len(e.FullBytes)-len(e.Bytes), len(e.Bytes), kind, names[tag])
		switch {
		case e.IsCompound:
			out.WriteString("\n" + asn1Parse(e.Bytes, depth+1, isDump))
		case tag == 4 && isDump:
			out.WriteString("\n" + rows(string(e.Bytes), 16, func(at int, row string) string {
				return fmt.Sprintf("      %04x - %-48s  %s", at, groups(row[:min(8, len(row))], 1, false)+"-"+groups(row[min(8, len(row)):], 1, false), shownAs(row))
			}))
		case tag == 4:
			out.WriteString("[HEX DUMP]:" + strings.ToUpper(hex.EncodeToString(e.Bytes)) + "\n")
		case tag == 2:
			out.WriteString(":" + strings.ToUpper(hex.EncodeToString(e.Bytes)) + "\n")
		case tag == 6:
			out.WriteString(":prime256v1\n")
		default:
			out.WriteString("\n")
		}
		der = rest
	}
	return out.String()
}

// TestParsedASN1: keys in what "openssl asn1parse" prints, and what has no key.
func TestParsedASN1(t *testing.T) {
	for kind, der := range map[string][]byte{"EC": ecPKCS8, "SEC 1": ecSEC1, "Ed25519": edPKCS8, "RSA": rsaPKCS8, "PKCS #1": rsaPKCS1} {
		for _, isDump := range []bool{false, true} {
			text := asn1Parse(der, 0, isDump)
			for name, text := range map[string]string{"as it is": text, "in a log": strings.ReplaceAll("\n"+text, "\n", "\n2026-11-03T09:30:00Z "), "in JSON": strings.ReplaceAll(text, "\n", `\n`), "in base64": b64(text)} {
				if found := Find([]byte(text)); len(found) == 0 {
					t.Errorf("%s, dump %v, %s: not found:\n%s", kind, isDump, name, text)
				}
			}
		}
	}
	public := asn1Parse(must(asn1.Marshal(struct{ N, E []byte }{noise(256), noise(3)})), 0, false)
	for _, text := range []string{public, strings.Repeat("    0:d=0  hl=2 l=   1 cons: SEQUENCE\n", 5000), strings.Repeat(":d=0 ", 5000)} {
		if found := Find([]byte(text)); len(found) > 0 {
			t.Errorf("%.80q: %+v", text, found)
		}
	}
}

// TestJWKFields: a JWK whose members are fields of another notation.
func TestJWKFields(t *testing.T) {
	d := base64.RawURLEncoding.EncodeToString(seeded("JWK", 32))
	members := func(form, glue string) string {
		var out []string
		for _, m := range [][2]string{{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", d[1:] + "A"}, {"d", d}} {
			out = append(out, strings.NewReplacer("NAME", m[0], "UPPER", strings.ToUpper(m[0]), "VALUE", m[1]).Replace(form))
		}
		return strings.Join(out, glue)
	}
	for name, text := range map[string]string{
		"TOML": members(`NAME = "VALUE"`, "\n"), "a table of TOML in a line": "key = {" + members(`NAME = "VALUE"`, ", ") + "}", "INI": members("NAME=VALUE", "\n"), "INI with blanks": members("NAME = VALUE", "\n"),
		"properties": members("jwk.NAME=VALUE", "\n"), "variables": members("JWK_UPPER=VALUE", "\n"), "variables in quotes": members(`export JWK_UPPER="VALUE"`, "\n"), "Go": members(`UPPER: "VALUE",`, "\n"),
		"HCL": "jwk {\n" + members(`  NAME = "VALUE"`, "\n") + "\n}", "Ruby": "{" + members(`"NAME" => "VALUE"`, ", ") + "}", "XML": members("<NAME>VALUE</NAME>", ""), "an address": members("NAME=VALUE", "&"),
		"a list": members("- name: NAME\n  value: VALUE", "\n"), "YAML": members("NAME: VALUE", "\n"), "a patch of TOML": members(`+NAME = "VALUE"`, "\n"),
	} {
		if found := Find([]byte("words\n" + text + "\nwords\n")); len(found) == 0 {
			t.Errorf("%s: not found in %s", name, text)
		}
	}
	for name, text := range map[string]string{
		"a public key": members(`NAME = "VALUE"`, "\n")[:strings.LastIndex(members(`NAME = "VALUE"`, "\n"), "\n")], "a call": "kty = 1\nd = unmarshalPrivateKeyOfTheCurve25519FromBytesV2(x)\n", "a name": "kty = x\nd = a_long_name_of_a_function_in_small_letters_only_1\n",
		"another field": "kty = \"OKP\"\nid = \"" + d + "\"\nkid = \"" + d + "\"\n",
	} {
		if found := Find([]byte(text)); len(found) > 0 {
			t.Errorf("%s: %+v", name, found)
		}
	}
}
