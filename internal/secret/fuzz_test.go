package secret

import (
	"bytes"
	"math/rand"
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
