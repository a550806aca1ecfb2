package secret

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"unicode/utf16"
)

// The keys follow from words, so none stands in the repository and each run has the
// same ones: what a text is called can depend on the digits in it.
var (
	ecKey  = must(ecdsa.ParseRawPrivateKey(elliptic.P256(), seeded("EC", 32)))
	rsaKey = rsaOf(primeOf("RSA p"), primeOf("RSA q"))
	edKey  = ed25519.NewKeyFromSeed(seeded("Ed25519", ed25519.SeedSize))

	ecPKCS8  = must(x509.MarshalPKCS8PrivateKey(ecKey))
	ecSEC1   = must(x509.MarshalECPrivateKey(ecKey))
	edPKCS8  = must(x509.MarshalPKCS8PrivateKey(edKey))
	rsaPKCS8 = must(x509.MarshalPKCS8PrivateKey(rsaKey))
	rsaPKCS1 = x509.MarshalPKCS1PrivateKey(rsaKey)
)

// seeded is so many bytes that follow from a word.
func seeded(word string, size int) (out []byte) {
	for len(out) < size {
		sum := sha256.Sum256(append(out, word...))
		out = append(out, sum[:]...)
	}
	return out[:size]
}

// primeOf is the first prime of 1024 bits behind those that follow from a word.
func primeOf(word string) *big.Int {
	p := new(big.Int).SetBytes(seeded(word, 128))
	for _, bit := range []int{0, 1022, 1023} {
		p.SetBit(p, bit, 1)
	}
	for !p.ProbablyPrime(20) || new(big.Int).Mod(p, big.NewInt(65537)).Cmp(big.NewInt(1)) == 0 {
		p.Add(p, big.NewInt(2))
	}
	return p
}

func rsaOf(p, q *big.Int) *rsa.PrivateKey {
	one := big.NewInt(1)
	phi := new(big.Int).Mul(new(big.Int).Sub(p, one), new(big.Int).Sub(q, one))
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: 65537},
		D:         new(big.Int).ModInverse(big.NewInt(65537), phi), Primes: []*big.Int{p, q},
	}
	key.Precompute()
	return must(key, key.Validate())
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func inPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func wrap(text string, width int, glue string) string {
	var lines []string
	for ; len(text) > width; text = text[width:] {
		lines = append(lines, text[:width])
	}
	return strings.Join(append(lines, text), glue)
}

func b64(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

func gz(text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	w.Write([]byte(text))
	w.Close()
	return out.String()
}

func zl(text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	w.Write([]byte(text))
	w.Close()
	return out.String()
}

func zipped(text string) string {
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	f := must(w.Create("a/b.pem"))
	f.Write([]byte(text))
	w.Close()
	return out.String()
}

func utf16Of(text string, big bool) string {
	var out []byte
	for _, u := range utf16.Encode([]rune(text)) {
		if big {
			out = append(out, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8))
		}
	}
	return string(out)
}

func utf32Of(text string, big bool) string {
	var out []byte
	for _, u := range text {
		if big {
			out = append(out, 0, 0, byte(u>>8), byte(u))
		} else {
			out = append(out, byte(u), byte(u>>8), 0, 0)
		}
	}
	return string(out)
}

// keyTexts are private keys in the forms that programs read.
func keyTexts() map[string]string {
	return map[string]string{
		"PKCS #8":        inPEM("PRIVATE KEY", ecPKCS8),
		"SEC 1":          inPEM("EC PRIVATE KEY", ecSEC1),
		"Ed25519":        inPEM("PRIVATE KEY", edPKCS8),
		"RSA":            inPEM("PRIVATE KEY", rsaPKCS8),
		"PKCS #1":        inPEM("RSA PRIVATE KEY", rsaPKCS1),
		"PKCS #8 in DER": string(ecPKCS8),
		"SEC 1 in DER":   string(ecSEC1),
		"Ed25519 in DER": string(edPKCS8),
		"PKCS #1 in DER": string(rsaPKCS1),
	}
}

type encoding struct {
	name   string
	encode func(string) string
}

func encodings() []encoding {
	all := []encoding{
		{"as it is", func(t string) string { return t }},
		{"base64", b64},
		{"base64 without padding", func(t string) string { return strings.TrimRight(b64(t), "=") }},
		{"base64 of addresses", func(t string) string { return base64.URLEncoding.EncodeToString([]byte(t)) }},
		{"quoted and concatenated", func(t string) string { return `"` + wrap(b64(t), 64, "\" +\n  \"") + `"` }},
		{"quoted, concatenated in a line", func(t string) string { return `"` + wrap(b64(t), 8, `"+"`) + `"` }},
		{"concatenated with dots", func(t string) string { return `"` + wrap(b64(t), 40, "\" .\n  \"") + `"` }},
		{"array of strings", func(t string) string { return `["` + wrap(b64(t), 76, "\",\n\"") + `"]` }},
		{"escaped line ends", func(t string) string { return `"` + wrap(b64(t), 76, `\n`) + `\n"` }},
		{"twice escaped line ends", func(t string) string { return `"` + wrap(b64(t), 20, `\\r\\n`) + `\n"` }},
		{"escaped slashes", func(t string) string { return `"` + strings.ReplaceAll(b64(t), "/", `\/`) + `"` }},
		{"folded in quotes", func(t string) string { return `"` + wrap(b64(t), 60, "\\\n   ") + `"` }},
		{"spaces", func(t string) string { return wrap(b64(t), 64, " ") }},
		{"narrow with spaces", func(t string) string { return wrap(b64(t), 6, " ") }},
		{"commented", func(t string) string { return "# " + wrap(b64(t), 64, "\n# ") }},
		{"commented with slashes", func(t string) string { return "// " + wrap(b64(t), 64, "\n// ") }},
		{"LDIF", func(t string) string {
			c := b64(t)
			return "userPassword:: " + c[:10] + "\n " + wrap(c[10:], 70, "\n ")
		}},
		{"base64 twice", func(t string) string { return b64(b64(t)) }},
		{"base64 three times", func(t string) string { return b64(b64(b64(t))) }},
		{"base64 twice, wrapped both times", func(t string) string { return wrap(b64(wrap(b64(t), 76, "\n")), 76, "\n  ") }},
		{"gzip", gz}, {"zlib", zl}, {"zip", zipped},
		{"gzip twice", func(t string) string { return gz(gz(t)) }},
		{"Helm release", func(t string) string {
			return "release: " + b64(b64(gz(`{"manifest":"data:\n  tls.key: `+b64(t)+`\n"}`)))
		}},
		{"hexadecimal", func(t string) string { return hex.EncodeToString([]byte(t)) }},
		{"hexadecimal, wrapped", func(t string) string { return wrap(strings.ToUpper(hex.EncodeToString([]byte(t))), 60, "\n") }},
		{"hexadecimal with colons", func(t string) string { return wrap(hex.EncodeToString([]byte(t)), 2, ":") }},
		{"array of bytes", func(t string) string { return "{0x" + wrap(hex.EncodeToString([]byte(t)), 2, ", 0x") + "}" }},
		{"hexadecimal escapes", func(t string) string { return `"\x` + wrap(hex.EncodeToString([]byte(t)), 2, `\x`) + `"` }},
		{"UTF-16", func(t string) string { return "\xff\xfe" + utf16Of(b64(t), false) }},
		{"UTF-16 without mark", func(t string) string { return utf16Of(b64(t), false) }},
		{"UTF-16, big endian", func(t string) string { return "\xfe\xff" + utf16Of(b64(t), true) }},
		{"UTF-16, big endian, without mark", func(t string) string { return utf16Of(b64(t), true) }},
		{"UTF-32", func(t string) string { return utf32Of(b64(t), false) }},
		{"UTF-32, big endian", func(t string) string { return utf32Of(b64(t), true) }},
		{"Unicode escapes of base64", func(t string) string {
			return `"` + strings.NewReplacer("+", `\u002b`, "/", `\u002f`, "=", `\u003d`).Replace(b64(t)) + `"`
		}},
		{"address", func(t string) string {
			return "key=" + strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(b64(t))
		}},
	}
	for _, width := range []int{1, 2, 3, 4, 5, 7, 8, 12, 16, 19, 20, 60, 76} {
		all = append(all, encoding{fmt.Sprintf("base64 in lines of %d", width), func(t string) string {
			return "k: |\n  " + wrap(b64(t), width, "\n  ") + "\n"
		}})
	}
	return append(all, byteForms()[:9]...)
}

// TestForms: every key in every encoding.
func TestForms(t *testing.T) {
	for kind, key := range keyTexts() {
		for _, e := range encodings() {
			t.Run(kind+"/"+e.name, func(t *testing.T) {
				text := "some: words\nkey: " + e.encode(key) + "\nmore: words\n"
				if found := Find([]byte(text)); len(found) == 0 {
					t.Errorf("not found: %.300q", text)
				} else if f := found[0]; f.Offset >= int64(len(text)) || f.end > int64(len(text)) || f.Offset < 0 {
					t.Errorf("found at %d..%d of %d", f.Offset, f.end, len(text))
				}
			})
		}
	}
}

// pemForms are what text formats and people make of a PEM block.
func pemForms() []encoding {
	lines := func(f func([]string) string) func(string) string {
		return func(t string) string { return f(strings.Split(strings.TrimSpace(t), "\n")) }
	}
	rewrap := func(width int) func(string) string {
		return lines(func(l []string) string {
			return l[0] + "\n" + wrap(strings.Join(l[1:len(l)-1], ""), width, "\n") + "\n" + l[len(l)-1] + "\n"
		})
	}
	glue := func(glue string) func(string) string {
		return lines(func(l []string) string { return strings.Join(l, glue) })
	}
	swap := func(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }
	return []encoding{
		{"lines of 1", rewrap(1)}, {"lines of 16", rewrap(16)}, {"lines of 31", rewrap(31)}, {"one line", rewrap(10_000)},
		{"CRLF", glue("\r\n")}, {"CR", glue("\r")}, {"spaces", glue(" ")}, {"tabs", glue("\t")}, {"nothing between", glue("")},
		{"blank lines", glue("\n\n")}, {"backslashes", glue("\\\n")}, {"backslash and dot", glue(".\n")}, {"indented", glue("\n            ")},
		{"JSON", glue(`\n`)}, {"JSON in JSON", glue(`\\n`)}, {"Windows JSON", glue(`\r\n`)}, {"slashes", swap("\n", `\n`, "/", `\/`)},
		{"concatenated", glue("\\n\" +\n    \"")}, {"list of strings", glue("\",\n\"")}, {"shell", glue("'\n'")},
		{"folded in quotes", glue("\\n\\\n    \\")}, {"commented", glue("\n# ")}, {"patch", glue("\n+")}, {"removed by a patch", glue("\n-")}, {"quoted mail", glue("\n> ")}, {"C comment", glue("\n// ")},
		{"escaped dash", func(t string) string { return `"\x2d\x2d` + strings.ReplaceAll(t[2:], "\n", `\n`) + `"` }},
		{"escaped Unicode dash", func(t string) string { return `"\u002d` + strings.ReplaceAll(t[1:], "\n", `\n`) + `"` }},
		{"escaped letter", swap("PRIVATE", `PR\u0049VATE`, "\n", `\n`)}, {"escaped letter in YAML", swap("BEGIN", `BEG\x49N`, "\n", `\n`)},
		{"escaped space", swap(" ", `\u0020`, "\n", `\n`)}, {"escaped line ends", swap("\n", `\u000a`)}, {"long escapes", swap("-", `\U0000002d`)},
		{"octal", swap("-", `\055`)}, {"octal in a shell", swap("-", `\55`, "-", `\055`)}, {"address", swap(" ", "%20", "\n", "%0A", "+", "%2B", "/", "%2F")},
		{"form", swap(" ", "+", "\n", "%0A", "+", "%2B", "/", "%2F")},
		{"HTML", swap("-", "&#45;", "\n", "&#10;")}, {"HTML, hexadecimal", swap("-", "&#x2d;", "\n", "&#xa;")},
		{"every character escaped", func(t string) string {
			var out strings.Builder
			for _, r := range t {
				fmt.Fprintf(&out, `\u%04x`, r)
			}
			return out.String()
		}},
		{"folded marker", swap("PRIVATE KEY", "PRIVATE\n    KEY", "\n", "\n    ")}, {"marker folded in quotes", swap("PRIVATE KEY", "PRIVATE\\\n    \\ KEY", "\n", `\n`)},
		{"header", lines(func(l []string) string { return l[0] + "\nComment: issuer\nX-Y: z\n\n" + strings.Join(l[1:], "\n") })},
		{"escaped header", lines(func(l []string) string { return l[0] + `\nComment: issuer\n\n` + strings.Join(l[1:], `\n`) })},
		{"another label", swap("PRIVATE KEY", "ANY PRIVATE KEY")}, {"body without markers", lines(func(l []string) string { return strings.Join(l[1:len(l)-1], "\n") })},
		{"no end", lines(func(l []string) string { return strings.Join(l[:len(l)-1], "\n") })},
		{"four dashes", swap("-----", "----")}, {"UTF-16", func(t string) string { return utf16Of(t, false) }}, {"UTF-16, big endian", func(t string) string { return utf16Of(t, true) }},
		{"UTF-32", func(t string) string { return utf32Of(t, true) }},
		{"UTF-16 in base64 in JSON", func(t string) string { return `{"a":"` + wrap(b64(utf16Of(t, false)), 76, `\n`) + `"}` }},
	}
}

func TestPEMForms(t *testing.T) {
	for kind, key := range keyTexts() {
		if !strings.HasPrefix(key, "-----") {
			continue
		}
		for _, e := range pemForms() {
			t.Run(kind+"/"+e.name, func(t *testing.T) {
				text := "key: " + e.encode(key) + "\nmore: words and words\n"
				if found := Find([]byte(text)); len(found) == 0 {
					t.Errorf("not found: %.300q", text)
				}
			})
		}
	}
}
