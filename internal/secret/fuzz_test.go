package secret

import (
	"bytes"
	"math/rand"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// plant puts a key in random encodings behind and before something else.
func plant(seed int64, before, behind string) string {
	r := rand.New(rand.NewSource(seed))
	var kinds []string
	texts := keyTexts()
	for _, kind := range []string{"PKCS #8", "SEC 1", "Ed25519", "PKCS #8 in DER", "SEC 1 in DER", "Ed25519 in DER"} {
		kinds = append(kinds, texts[kind])
	}
	text := kinds[r.Intn(len(kinds))]
	if forms := append(pemForms(), lineForms()...); strings.HasPrefix(text, "-----") && r.Intn(2) == 0 {
		text = forms[r.Intn(len(forms))].encode(text)
	}
	all := append(encodings(), toolForms()...)
	for range r.Intn(3) {
		text = all[r.Intn(len(all))].encode(text)
	}
	return before + "\nkey: " + text + "\n: " + behind
}

// FuzzFindPlanted: a key in random encodings is found in any context.
func FuzzFindPlanted(f *testing.F) {
	for seed := range int64(40) {
		f.Add(seed, "apiVersion: v1\nkind: Secret", "more: words")
	}
	f.Fuzz(func(t *testing.T, seed int64, before, behind string) {
		if text := plant(seed, before, behind); len(Find([]byte(text))) == 0 {
			t.Errorf("not found: %q", text)
		}
	})
}

// TestFindPlanted: the same of a few thousand seeds.
func TestFindPlanted(t *testing.T) {
	for seed := range int64(3000) {
		if text := plant(seed*7919, "apiVersion: v1\nkind: Secret", "more: words"); len(Find([]byte(text))) == 0 {
			t.Errorf("%d: not found: %.600q", seed*7919, text)
		}
	}
}

// TestNested: encodings in one another of which the inner one makes the outer one look
// like something else.
func TestNested(t *testing.T) {
	all := slices.Concat(encodings(), toolForms(), pemForms(), lineForms())
	encode := func(name, text string) string {
		i := slices.IndexFunc(all, func(e encoding) bool { return e.name == name })
		if i < 0 {
			t.Fatalf("there is no %s", name)
		}
		return all[i].encode(text)
	}
	cases := [][]string{
		{"Ed25519 in DER", "UTF-16", "base64 in lines of 2"}, // whose first line has signs only
		{"Ed25519 in DER", "UTF-16", "base64 in lines of 1"},
		{"Ed25519 in DER", "UTF-16", "escaped slashes"}, // which are its first two characters
		{"Ed25519", "log in a string", "gzip", "base64 in lines of 2"},
		{"Ed25519 in DER", "LDIF", "od -c"}, // whose last row has one byte
		{"Ed25519 in DER", "hexadecimal, wrapped", "od -c in a patch"},
		{"Ed25519 in DER", "hexdump -d", "Ascii85 in a string"},            // which has escapes and a quote at its end
		{"Ed25519", "backslash and dot", "Ascii85 of Adobe", "hexdump -d"}, // behind which there is a zero
		{"SEC 1", "UTF-32", "Ascii85", "address"},
		{"PKCS #8", "log of Spring", "UTF-32, big endian", "Ascii85 in a string"}, // with three kinds of signs
	}
	for _, outer := range []string{"Ascii85", "Ascii85 of Adobe", "Ascii85 in a string", "base85", "base85 in a string", "Z85"} {
		for _, inner := range []string{ // which make few signs of it, or many
			"UTF-16", "UTF-16, big endian", "UTF-32", "UTF-32, big endian", "od", "od -b", "od -d", "xxd -b", "octal", "braces of Perl",
			"hexadecimal with colons", "base64 in lines of 1", "HTML with zeros",
		} {
			cases = append(cases, []string{"Ed25519 in DER", inner, outer}, []string{"PKCS #8", inner, outer})
		}
	}
	for _, names := range cases {
		text := keyTexts()[names[0]]
		for _, name := range names[1:] {
			text = encode(name, text)
		}
		if found := Find([]byte("some: words\nkey: " + text + "\n: more: words\n")); len(found) == 0 {
			t.Errorf("%s: not found: %.300q", strings.Join(names, " in "), text)
		}
	}
}

// FuzzScanEqualsFind: however the reader cuts a text, and where windows end,
// Scan finds keys where Find does.
func FuzzScanEqualsFind(f *testing.F) {
	for seed := range int64(10) {
		f.Add(seed, "apiVersion: v1\n", "words", uint16(seed*977))
	}
	f.Fuzz(func(t *testing.T, seed int64, before, behind string, lead uint16) {
		text := []byte(strings.Repeat("a: few words\n", int(lead)/13) + plant(seed, before, behind))
		want := Find(text)
		got, err := Scan(iotest.OneByteReader(bytes.NewReader(text)))
		if err != nil || !equal(got, want) {
			t.Errorf("%v: Scan found %+v, Find %+v", err, got, want)
		}
		s := new(Searcher).newSearch()
		if err := s.scan(iotest.HalfReader(bytes.NewReader(text)), layer{place: placeFrom(0)}, 32<<10, 24<<10); err != nil {
			t.Error(err)
		}
		if (len(s.found) == 0) != (len(want) == 0) {
			t.Errorf("in small windows %+v, Find %+v", s.found, want)
		}
	})
}

func equal(a, b []Finding) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
