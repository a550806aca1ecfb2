package secret

import "testing"

// TestShortTextsHaveNoKey: what [Mentions] passes over has no key. Every part of that
// length of keys, in all encodings, is searched.
func TestShortTextsHaveNoKey(t *testing.T) {
	var texts []string
	for _, key := range keyTexts() {
		texts = append(texts, key)
	}
	small := inPEM("PRIVATE KEY", edPKCS8)
	for _, e := range append(append(encodings(), pemForms()...), lineForms()...) {
		texts = append(texts, e.encode(small))
	}
	searched := map[string]bool{}
	for _, text := range texts {
		for at := range len(text) - shortest {
			part := text[at : at+shortest-1]
			if !searched[part] && len(Marks([]byte(part)))+len(Find([]byte(part))) > 0 {
				t.Errorf("a key in %q", part)
			}
			searched[part] = true
		}
	}
	if len(searched) < 10_000 {
		t.Fatalf("%d parts", len(searched))
	}
	if marker := "-----BEGIN PRIVATE KEY-----"; !Mentions([]byte(marker)) || !Mentions([]byte("AGE-SECRET-KEY-1ABCD")) {
		t.Error("the shortest are not found")
	}
}
