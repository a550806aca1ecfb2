package argocd

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"

	"sigs.k8s.io/yaml"
)

// checkServerSize compares what a document counts with the JSON that Argo CD's server makes of it.
func checkServerSize(t *testing.T, name, text string) {
	t.Helper()
	for _, d := range manifest.Split([]byte(text)) {
		made, err := yaml.YAMLToJSON(d.Text)
		if err != nil || string(made) == "null" {
			continue
		}
		if counted, err := serverSize(d); err == nil && counted < int64(len(made)) {
			t.Errorf("%s: %d bytes of JSON count for %d: %.200s", name, len(made), counted, made)
		}
	}
}

// TestServerSize: nothing counts for less than its JSON, however it is written.
func TestServerSize(t *testing.T) {
	many := func(of string) string { return strings.Repeat(of+", ", 500) }
	for name, text := range map[string]string{
		"escapes":             "a: '" + strings.Repeat("<>&", 300) + "'\n",
		"escapes in keys":     "'" + strings.Repeat("<>&", 300) + "': a\n",
		"escapes in a block":  "a: |\n  " + strings.Repeat("<\"\\&", 300) + "\n",
		"control characters":  `a: "` + strings.Repeat(`\a\0\e\t\x7f`, 300) + `"`,
		"lines of Unicode":    `a: "` + strings.Repeat(`\L\P\N\u2028\ufeff\U0001f600`, 300) + `"` + "\nb: '" + strings.Repeat("\u2028 ", 300) + "'\n",
		"aliases":             "a: &a [" + many("<") + "]\nb: [" + many("*a, 1") + "]\n",
		"aliases of keys":     "a: &a '" + many("<") + "'\nb: [" + many("{*a : 1, b: 2}") + "]\n",
		"aliases of aliases":  "a: &a [" + strings.Repeat("x, ", 30) + "]\nb: &b [" + strings.Repeat("*a, 1, 2, 3, ", 30) + "]\nc: [" + strings.Repeat("*b, 1, 2, 3, ", 30) + "]\n",
		"merge keys":          "a: &a {x: '" + many("<") + "', y: 1}\nb:\n" + strings.Repeat("- {<<: *a, z: 1, t: [1, 2, 3]}\n", 100),
		"lists of merge keys": "a: &a {x: '" + many("<") + "'}\nc: &c {y: '" + many("&") + "'}\nb:\n" + strings.Repeat("- {<<: [*a, *c], z: 1, t: [1, 2, 3]}\n", 100),
		"numbers":             "a: [" + many("1e20, -1E20, 9e20, 0xFFFFFFFFFFFFFFFF, -1e-6, 1_000e2, 99999999999999999999, 0o7, 1.5e300, 12345678901234567890123") + "]\n",
		"numbers as keys":     "a: [" + many("{1e20: 1e20}, {0xFFFFFFFFFFFFFFFF: y}, {1.5: n}") + "]\n",
		"words":               "a: [" + many("y, n, on, off, ~, yes, NULL") + "]\n",
		"nothing":             "a: [" + many("{a, b, ? c}") + "]\nb:\n" + strings.Repeat("-\n", 500),
		"tags":                "a: [" + many("!!str 1e20, !!float 1, !foo bar, !!int '1', !!float '1e20'") + "]\n",
		"binary":              "a: !!binary " + strings.Repeat("////", 300) + "\n",
		"dates":               "a: [" + many("2001-01-01, 2001-12-14t21:59:43.10-05:00") + "]\n",
		"nesting":             strings.Repeat("[", 900) + strings.Repeat("]", 900) + "\n",
		"indented":            "a:\n" + strings.Repeat("  - \n    - b: \n        - \n", 200),
		"many documents":      strings.Repeat("---\na: b\n", 500),
	} {
		checkServerSize(t, name, text)
	}
	seen := 0
	_ = filepath.WalkDir("../../fixtures", func(path string, d fs.DirEntry, _ error) error {
		if text, err := os.ReadFile(path); err == nil && strings.HasSuffix(path, ".yaml") && !bytes.Contains(text, []byte("{{")) {
			checkServerSize(t, path, string(text))
			seen++
		}
		return nil
	})
	if seen < 20 {
		t.Errorf("read %d fixtures", seen)
	}
}

// TestServerSizeOfOdd: what only other readers take counts for the most that it can be, and not at all with aliases.
func TestServerSizeOfOdd(t *testing.T) {
	deep := strings.Repeat("[", 2000) + strings.Repeat("]", 2000)
	for text, refused := range map[string]bool{"a: " + deep + "\n": false, "a: &a " + deep + "\nb: *a\n": true} {
		made, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		size, err := serverSize(manifest.Split([]byte(text))[0])
		if (err != nil) != refused || !refused && size < int64(len(made)) {
			t.Errorf("%d bytes of JSON: %d, %v", len(made), size, err)
		}
	}
}

// FuzzServerSize looks for a document that counts for less than its JSON.
func FuzzServerSize(f *testing.F) {
	f.Add("a: &a [1e20, <]\nb: {<<: {c: *a}}\n")
	f.Fuzz(func(t *testing.T, text string) { checkServerSize(t, "fuzz", text) })
}

// TestServerSizeOfMaps: a map takes the server more memory than other values do.
func TestServerSizeOfMaps(t *testing.T) {
	for text, want := range map[string]int64{
		strings.Repeat("{a: ", 100) + "b" + strings.Repeat("}", 100): 100*36 + 16,
		"{}": 32, "[]": 16, "a: []": 32 + 4 + 16, "[{}, {}]": 16 + 2*32,
	} {
		if size, err := serverSize(manifest.Split([]byte(text))[0]); err != nil || size != want {
			t.Errorf("%.20s: %d, want %d (%v)", text, size, want, err)
		}
	}
}
