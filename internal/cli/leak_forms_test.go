package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// canary is a private key whose bytes are looked for.
type canary struct {
	name string
	// exact are texts that are looked for as they stand; flat ones after white
	// space and escaped line ends were taken out.
	exact, flat [][]byte
}

// canaryOf knows the forms in which the secret part of a P-256 key (the scalar:
// the rest of the file is public) may be written.
func canaryOf(t testing.TB, name string, text []byte) canary {
	t.Helper()
	block, _ := pem.Decode(text)
	scalar := scalarOf(t, block.Bytes)
	c := canary{name: name, exact: [][]byte{scalar, []byte(hex.EncodeToString(scalar)), []byte(strings.ToUpper(hex.EncodeToString(scalar))),
		[]byte(new(big.Int).SetBytes(scalar).String()), []byte(strings.Trim(fmt.Sprint(scalar), "[]"))}}
	c.flat = append(c.flat, codings([][]byte{scalar})...)
	// base64 of the PEM text holds its line ends: each line's secret part counts.
	var lines [][]byte
	for _, form := range codings([][]byte{scalar}) {
		lines = append(lines, inLines(text, form)...)
	}
	if len(lines) == 0 {
		t.Fatalf("%s: the scalar does not stand in the PEM text", name)
	}
	for _, line := range lines { // the text, printed as bytes
		digits := hex.EncodeToString(line)
		c.exact = append(c.exact, []byte(digits), []byte(strings.ToUpper(digits)), []byte(strings.Trim(fmt.Sprint(line), "[]")))
	}
	once := codings(lines)
	c.flat = append(append(c.flat, once...), codings(once)...)
	return c
}

// scalarOf finds the 32 bytes behind "04 20", the first OCTET STRING of that size.
func scalarOf(t testing.TB, der []byte) []byte {
	t.Helper()
	i := bytes.Index(der, []byte{0x02, 0x01, 0x01, 0x04, 0x20})
	if i < 0 || len(der) < i+37 {
		t.Fatal("no P-256 key")
	}
	return der[i+5 : i+37]
}

// codings is base64 of texts at each of the three places in a group, without the
// characters that hold bits of what stands around.
func codings(texts [][]byte) (all [][]byte) {
	for _, text := range texts {
		for before := range 3 {
			coded := base64.RawStdEncoding.EncodeToString(append(make([]byte, before), text...))
			all = append(all, []byte(coded[(before*8+5)/6:(before+len(text))*8/6]))
		}
	}
	return all
}

// inLines are the parts of a form that stand on the lines of a PEM text, those
// of 12 characters and more.
func inLines(text, form []byte) (parts [][]byte) {
	flat := bytes.ReplaceAll(text, []byte("\n"), nil)
	at := bytes.Index(flat, form)
	if at < 0 {
		return nil
	}
	for _, line := range bytes.Split(text, []byte("\n")) {
		from, to := max(0, at), min(len(line), at+len(form))
		if to-from >= 12 {
			parts = append(parts, line[from:to])
		}
		at -= len(line)
	}
	return parts
}

// lineEnds inside of a block: real ones with indentation, and escaped ones.
var lineEnds = regexp.MustCompile(`\\[nr]|\s+`)

// leaks names the canaries that stand in a text, in any form.
func leaks(text []byte, canaries []canary) (found []string) {
	flat := lineEnds.ReplaceAll(text, nil)
	for _, c := range canaries {
		for i, form := range append(append([][]byte{}, c.exact...), c.flat...) {
			in := flat
			if i < len(c.exact) {
				in = text
			}
			if bytes.Contains(in, form) {
				found = append(found, fmt.Sprintf("%s (form %d)", c.name, i))
				break
			}
		}
	}
	return found
}

// leaksIn looks through every file below a folder, open temporary ones too.
func leaksIn(t testing.TB, dir string, canaries []canary, allowed func(path string) bool) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || allowed(path) {
			return nil // a temporary file that is gone holds nothing
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return nil
		}
		for _, leak := range leaks(text, canaries) {
			found = append(found, path+": "+leak)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// TestLeakForms: the detector sees a key in every form that it claims to know.
func TestLeakForms(t *testing.T) {
	encode := base64.StdEncoding.EncodeToString
	for _, file := range []string{"issuer-2025-1.key", "tap.key"} {
		key := []byte(readFixture(t, "pki", file))
		c := []canary{canaryOf(t, file, key)}
		block, _ := pem.Decode(key)
		scalar := scalarOf(t, block.Bytes)
		for form, text := range map[string]string{
			"PEM": string(key), "one line": strings.ReplaceAll(string(key), "\n", ""), "escaped": strings.ReplaceAll(string(key), "\n", `\n`),
			"indented": strings.ReplaceAll(string(key), "\n", "\n      "), "DER": string(block.Bytes), "hex": hex.EncodeToString(block.Bytes),
			"base64": encode(key), "base64 behind 1": encode(append([]byte("x"), key...)), "base64 behind 2": encode(append([]byte("xx"), key...)),
			"base64 twice": encode([]byte(encode(key))), "base64 twice behind 1": encode([]byte("x" + encode(append([]byte("x"), key...)))),
			"the text in hex": hex.EncodeToString(key), "the text as bytes": fmt.Sprint(key),
			"a slice, printed": fmt.Sprint(scalar), "a number": new(big.Int).SetBytes(scalar).String(),
		} {
			if len(leaks([]byte("a: "+text+"\n"), c)) != 1 {
				t.Errorf("%s: not seen as %s", file, form)
			}
		}
		for _, other := range []string{"issuer-2025-1.crt", "tap.crt", "issuer-2026-1.key"} {
			if found := leaks([]byte(readFixture(t, "pki", other)), c); len(found) != 0 {
				t.Errorf("%s is seen in %s: %v", file, other, found)
			}
		}
	}
}
