package secret

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math/rand"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func noise(n int) []byte {
	text := make([]byte, n)
	r := rand.New(rand.NewSource(1))
	r.Read(text)
	return text
}

// TestHarmlessData: what is large or odd and holds no key is not reported. No clock is
// read: a search that reads such a text again for each of its parts takes hours, which
// "go test" ends.
func TestHarmlessData(t *testing.T) {
	random := noise(1 << 20)
	for name, text := range map[string]string{
		"random":               string(random),
		"zeros":                strings.Repeat("\x00", 3<<20),
		"an image in base64":   b64(string(random)),
		"base64, wrapped":      wrap(b64(string(random)), 76, "\n"),
		"one letter":           strings.Repeat("A", 2<<20),
		"hexadecimal":          strings.Repeat("0f", 2<<20),
		"a word a line":        strings.Repeat("word\n", 1<<20),
		"backslashes":          strings.Repeat(`\`, 4<<20),
		"escapes":              strings.Repeat(`\u00e9`, 1<<19),
		"escapes of letters":   strings.Repeat(`%41`, 1<<19) + `\u0041`,
		"markers":              strings.Repeat("-BEGIN PRIVATE KEY-", 1<<17),
		"private":              strings.Repeat("PRIVATE", 1<<18),
		"words of identities":  strings.Repeat("AGE-SECRET-KEY-", 1<<17),
		"members of keys":      strings.Repeat(`{"kty":`, 1<<18),
		"versions of DER":      strings.Repeat("\x30\x82\xff\xff\x02\x01\x00", 1<<18),
		"begins of archives":   strings.Repeat("PK\x03\x04", 1<<12),
		"text in gzip":         gz(strings.Repeat("nothing to see here\n", 1<<16)),
		"UTF-16":               utf16Of(strings.Repeat("nothing to see here\n", 1<<15), false),
		"JSON in a line":       strings.Repeat(`{"kind":"Service","labels":{"app.kubernetes.io/name":"web"},"ready":true},`, 1<<15),
		"addresses":            strings.Repeat("https://example.com/some/path/of/a/page.html?query=1&other=2f&third=%2Fa%2Fb#part\n", 1<<14),
		"bytes with marks":     strings.Repeat("0x3f, (byte) 0x7, ", 1<<17),
		"numbers with casts":   strings.Repeat("48, (byte) 1, 2, (char) 3, f(4), ", 1<<16),
		"octal numbers":        strings.Repeat("060, 07, 0167, 8, ", 1<<16),
		"rules":                strings.Repeat("// "+strings.Repeat("-", 76)+"\n# "+strings.Repeat("#!", 38)+"\n", 1<<13),
		"random text in UTF-8": strings.ToValidUTF8(string(random), "é"),
	} {
		t.Run(name, func(t *testing.T) {
			found := Find([]byte(text))
			if len(found) > 0 {
				t.Errorf("%+v", found[0])
			}
		})
	}
}

// TestBounds: what cannot be searched is reported.
func TestBounds(t *testing.T) {
	bomb := gz(strings.Repeat("\x00", 140<<20))
	deep := inPEM("PRIVATE KEY", edPKCS8)
	for range maxDepth + 2 {
		deep = b64(deep)
	}
	escapes := inPEM("PRIVATE KEY", edPKCS8)
	for range maxDepth + 2 {
		escapes = strings.NewReplacer(`\`, `\u005c`, "-", `\u002d`, "V", `\u0056`).Replace(escapes)
	}
	packed := inPEM("PRIVATE KEY", edPKCS8)
	for range maxDepth + 2 {
		packed = gz(packed)
	}
	for name, c := range map[string]struct{ text, want string }{
		"gzip bomb in base64": {b64(bomb), tooLarge},
		"bombs":               {strings.Repeat(bomb, 3), tooLarge},
		"base64 ten times":    {deep, tooDeep},
		"escaped ten times":   {escapes, tooDeep},
		"gzip ten times":      {packed, tooDeep},
	} {
		t.Run(name, func(t *testing.T) {
			found := Find([]byte(c.text))
			if len(found) != 1 || found[0].Form != c.want || !found[0].Unsearched {
				t.Errorf("%+v, want %q", found, c.want)
			}
		})
	}
}

// TestWindows: a key is found wherever a window ends, and at its place; once, or
// in an encoding once for each window.
func TestWindows(t *testing.T) {
	key := inPEM("PRIVATE KEY", edPKCS8)
	const window, overlap = 4096, 1024
	for name, planted := range map[string]string{"PEM": key, "base64": b64(key), "DER": string(ecPKCS8), "base64 twice": wrap(b64(b64(key)), 64, "\n"), "gzip": gz(key)} {
		for at := window - overlap - len(planted) - 8; at < window+8; at += 7 {
			text := []byte(strings.Repeat("some words, \n", 1000))
			copy(text[at:], "\n: "+planted+": \n")
			found := scanned(t, bytes.NewReader(text), window, overlap)
			if len(found) == 0 || found[0].Offset != int64(at+3) || len(found) > 1 && !found[0].nested {
				t.Fatalf("%s at %d: %+v", name, at+3, found)
			}
		}
	}
}

// TestCompressedAcrossWindows: data that is compressed is one text, however many
// windows it begins, goes on and ends in.
func TestCompressedAcrossWindows(t *testing.T) {
	key := inPEM("RSA PRIVATE KEY", rsaPKCS1)
	for name, pack := range map[string]func(string) string{"gzip": gz, "zlib": zl, "zip": zipped} {
		for _, before := range []int{0, 20_000, 50_000} {
			packed := pack(hex.EncodeToString(noise(before)) + key + hex.EncodeToString(noise(10_000)))
			text := strings.Repeat("words\n", 900) + packed + strings.Repeat("words\n", 900)
			found := scanned(t, strings.NewReader(text), 4096, 1024)
			if len(found) != 1 || found[0].Form != name+" of a PEM private key" || found[0].Offset != 5400 {
				t.Errorf("%s behind %d bytes: %+v", name, before, found)
			}
		}
	}
}

func scanned(t *testing.T, r io.Reader, window, overlap int) []Finding {
	t.Helper()
	s := new(Searcher).newSearch()
	if err := s.scan(r, layer{place: placeFrom(0)}, window, overlap); err != nil {
		t.Fatal(err)
	}
	return s.sorted()
}

// TestMemory: a file of many windows needs the memory of a few, whatever it has. What is
// counted is all that was made, so it depends on no collector and no clock.
func TestMemory(t *testing.T) {
	random := noise(3 << 20)
	for name, text := range map[string][]byte{
		"lines":  []byte(strings.Repeat("key: value, and some words more than that\n", 25_000)),
		"random": random,
		"base64": []byte(wrap(b64(string(random)), 76, "\n")),
	} {
		key := "\n" + inPEM("PRIVATE KEY", edPKCS8)
		rest := io.MultiReader(&repeated{text, 24 << 20}, strings.NewReader(key), &repeated{text, 4 << 20})
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		found, err := Scan(rest)
		runtime.ReadMemStats(&after)
		if err != nil || len(found) != 1 || !strings.HasSuffix(found[0].Form, "PEM private key") {
			t.Errorf("%s: %v %+v", name, err, found)
		}
		made := after.TotalAlloc - before.TotalAlloc
		if t.Logf("%s: made %d MiB", name, made>>20); made > 128<<20 {
			t.Errorf("%s: made %d MiB", name, made>>20)
		}
	}
}

type repeated struct {
	text []byte
	left int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text)
	r.left -= n
	return n, nil
}

// TestScanErrors: what cannot be read is an error.
func TestScanErrors(t *testing.T) {
	if _, err := Scan(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%v", err)
	}
}

// TestBoundOfManyFiles: small files that decompress to much are bounded together,
// and what was not searched is said; files that come after and are plain are
// searched as ever.
func TestBoundOfManyFiles(t *testing.T) {
	bomb := gz(string(make([]byte, 100<<20)))
	var all Searcher
	unsearched := 0
	for range 40 {
		for _, f := range all.Find([]byte(bomb)) {
			if f.Unsearched {
				unsearched++
			}
		}
	}
	if unsearched < 20 || all.inflated > inflateAll+2*inflateBase {
		t.Errorf("%d of 40 were not searched whole, %d MiB decompressed", unsearched, all.inflated>>20)
	}
	if found := all.Find([]byte("AGE-SECRET-KEY-1" + strings.Repeat("Q", 58))); len(found) != 1 || found[0].Unsearched {
		t.Errorf("after them: %v", found)
	}
}
