package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"

	"github.com/aymanbagabas/go-udiff"
)

// escapes are the codes of styles (ECMA-48, SGR).
var escapes = regexp.MustCompile("\x1b\\[[0-9;]*m")

// surface are the commands whose text is laid out, at one instant.
var surface = [][]string{
	{"status", "--at", "2026-06-01T12:00:00Z"},
	{"status", "--at", "2034-06-01T12:00:00Z", "--within", "60d"}, // something has expired
	{"plan", "--at", "2026-06-01T12:00:00Z"},
	{"prove", "--at", "2026-06-01T12:00:00Z"},
	{"log"},
	{"custody", "status"},
	{"lint", "--at", "2026-06-01T12:00:00Z"},
}

// phases copies the state of every phase of every kind of rotation to a directory
// outside of any repository, with its keys.
func phases(t *testing.T) (files []string) {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(fixturesDir, "rotation", "*", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	top := t.TempDir()
	copyTestKeys(t, filepath.Join(top, "pki"))
	dir := filepath.Join(top, "clusters", "east") // the states name keys in ../../pki
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	for _, file := range found {
		kind := filepath.Base(filepath.Dir(file))
		if kind == "golden" {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		name := kind + "-" + filepath.Base(file)
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	if len(files) < 20 {
		t.Fatalf("%d phases only", len(files))
	}
	return files
}

// TestSurface compares what people read of every phase, at 80 and 140 columns, with
// color and without. Run it with -update after a change, and read the difference.
func TestSurface(t *testing.T) {
	golden, err := filepath.Abs(filepath.Join("testdata", "surface"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range phases(t) {
		for _, columns := range []string{"80", "140"} {
			plain := surfaceOf(t, file, columns, "never")
			color := surfaceOf(t, file, columns, "always")
			if !strings.Contains(color, "\x1b[") || escapes.ReplaceAllString(color, "") != plain {
				t.Errorf("%s at %s columns: color changes more than the color", file, columns)
			}
			name := filepath.Join(golden, strings.TrimSuffix(file, ".yaml")+"."+columns)
			checkGolden(t, name+".txt", plain)
			checkGolden(t, name+".color.txt", color)
		}
	}
}

func surfaceOf(t *testing.T, file, columns, color string) string {
	t.Helper()
	var b strings.Builder
	for _, args := range surface {
		args = append(append([]string{}, args...), "--state", file, "--color", color)
		r := call(t, "", map[string]string{"COLUMNS": columns}, args...)
		if args[0] == "plan" && strings.Contains(r.stderr, "no rotation is under way") {
			continue
		}
		if r.out == "" {
			t.Fatalf("%v: %s", args, r.stderr)
		}
		fmt.Fprintf(&b, "$ %s\n%s\n", strings.Join(args[:len(args)-4], " "), r.out)
		checkWidth(t, args, columns, r.out)
	}
	return b.String()
}

// checkWidth: no line is wider than the terminal, but for one word of a command,
// which stands on a line of its own.
func checkWidth(t *testing.T, args []string, columns, text string) {
	t.Helper()
	limit, err := strconv.Atoi(columns)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(escapes.ReplaceAllString(text, "")) {
		line = strings.TrimRight(line, "\n")
		if width := picture.Columns(line); int(width) > limit {
			t.Errorf("%v at %s columns: %v wide: %s", args, columns, width, line)
		}
	}
}

func checkGolden(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		t.Errorf("%s differs (-update writes it):\n%.4000s", filepath.Base(path), udiff.Unified("want", "got", string(want), got))
	}
}

// TestSurfaceWidths: every laid out command fits whatever is looked at, with names as
// long as they may be, evidence, details, and other orders than ours.
func TestSurfaceWidths(t *testing.T) {
	seen := readFixture(t, "observations", "one-is-late.yaml")
	file := phases(t)[0]
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long-", 12) + "lng" // 63 characters
	named := strings.ReplaceAll(string(text), "name: fixture", "name: "+long)
	named = strings.ReplaceAll(named, `name: "2026"`, "name: "+strings.Repeat("wide", 15))
	observation := strings.ReplaceAll(seen, "cluster: fixture", "cluster: "+long)
	observation = strings.ReplaceAll(observation, "deploy/cart", "deploy/"+strings.Repeat("cart", 15))
	observation = strings.ReplaceAll(observation, "namespace: shop", "namespace: "+long)
	for name, text := range map[string]string{"long.yaml": named, "seen.yaml": observation} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := append([][]string{
		{"status", "--evidence", "seen.yaml"}, {"status", "--verbose", "--evidence", "seen.yaml"}, {"prove", "--verbose"}, {"prove", "--all"}, {"prove", "--exhaustive"},
		{"prove", "--base", "long.yaml"}, {"plan", "--verbose"}, {"custody", "status", "--verbose"}, {"log", "--verbose"},
	}, surface...)
	for _, columns := range []string{"60", "80", "97", "140", "200"} {
		for _, args := range commands {
			args = append(append([]string{}, args...), "--state", "long.yaml", "--width", columns)
			r := call(t, "", nil, args...)
			if r.out == "" {
				t.Fatalf("%v: %s", args, r.stderr)
			}
			checkWidth(t, args, columns, r.out)
		}
	}
}

// TestSurfaceWidthsOfPhases: no line of any phase is wider than 80 columns with a
// cluster, a namespace and workloads whose names are as long as they may be.
func TestSurfaceWidthsOfPhases(t *testing.T) {
	seen := readFixture(t, "observations", "one-is-late.yaml")
	long := strings.Repeat("long-", 12) + "lng" // 63 characters
	for _, old := range []string{"cluster: fixture", "deploy/cart", "namespace: shop"} {
		if !strings.Contains(seen, old) {
			t.Fatalf("the observation has no %q", old)
		}
		seen = strings.ReplaceAll(seen, old, strings.TrimRight(old, "abcdefghijklmnopqrstuvwxyz")+long)
	}
	for _, file := range phases(t) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"long.yaml": strings.ReplaceAll(string(text), "name: fixture", "name: "+long), "seen.yaml": seen} {
			if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, args := range [][]string{{"status", "--evidence", "seen.yaml"}, {"plan"}, {"prove"}, {"log"}, {"custody", "status"}} {
			args = append(args, "--state", "long.yaml", "--width", "80")
			r := call(t, "", nil, args...)
			if r.out == "" && args[0] != "plan" { // of stable there is none
				t.Fatalf("%s: %v: %s", file, args, r.stderr)
			}
			checkWidth(t, args, "80", r.out)
		}
	}
}

// TestWidthOf: the flag goes before COLUMNS, and without a terminal there are 80.
func TestWidthOf(t *testing.T) {
	file := phases(t)[0]
	widest := func(env map[string]string, args ...string) (columns float64) {
		for line := range strings.Lines(call(t, "", env, append([]string{"status", "--state", file}, args...)...).out) {
			columns = max(columns, picture.Columns(strings.TrimRight(line, "\n")))
		}
		return columns
	}
	if w := widest(nil); w > 80 || w < 60 {
		t.Errorf("without a terminal: %v columns", w)
	}
	if w := widest(map[string]string{"COLUMNS": "60"}); w > 60 {
		t.Errorf("COLUMNS=60: %v columns", w)
	}
	if w := widest(map[string]string{"COLUMNS": "60"}, "--width", "140"); w <= 80 {
		t.Errorf("--width 140: %v columns", w)
	}
	if w := widest(map[string]string{"COLUMNS": "many"}); w > 80 {
		t.Errorf("COLUMNS=many: %v columns", w)
	}
}

// TestColor: no color without a terminal, unless it is asked for.
func TestColor(t *testing.T) {
	file := phases(t)[0]
	for _, c := range []struct {
		args  []string
		env   map[string]string
		color bool
	}{
		{nil, nil, false},
		{[]string{"--color", "never"}, nil, false},
		{[]string{"--color", "always"}, nil, true},
		{[]string{"--color", "always"}, map[string]string{"NO_COLOR": "1"}, true},
		{nil, map[string]string{"L5D_PKI_COLOR": "always"}, true},
		{[]string{"-o", "markdown", "--color", "always"}, nil, false},
		{[]string{"-o", "json", "--color", "always"}, nil, false},
	} {
		r := call(t, "", c.env, append([]string{"status", "--state", file}, c.args...)...)
		if got := strings.Contains(r.out, "\x1b["); got != c.color {
			t.Errorf("%v %v: color %v: %s", c.args, c.env, got, r.stderr)
		}
	}
	if r := call(t, "", nil, "status", "--state", file, "--color", "blue"); r.code != ExitUsage || !strings.Contains(r.stderr, "auto, always, never") {
		t.Errorf("--color blue: %d: %s", r.code, r.stderr)
	}
}

// TestStatusNamesPods: what keeps a move from being made is one line, with who holds it
// up; the verifiers' reasons are behind --verbose.
func TestStatusNamesPods(t *testing.T) {
	seen := strings.Replace(readFixture(t, "observations", "one-is-late.yaml"), "workload: deploy/cart,", "workload: deploy/cart, count: 3,", 1)
	all := readFixture(t, "observations", "all-hold-both.yaml")
	phases(t)
	if err := os.WriteFile("seen.yaml", []byte(seen), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"status", "--state", "bundle-anchor-spread.yaml", "--evidence", "seen.yaml", "--width", "120"}
	out := done(t, call(t, "", nil, args...)).out
	for text, times := range map[string]int{
		"3 pods still use the old bundle: shop/cart (3)": 1, "\nnext:  l5d-pki-render observe --state bundle-anchor-spread.yaml --to seen.yaml\n": 1,
		"webpki": 0, "AKI": 0, "refused:": 0, "BUNDLE-LOADED": 1,
	} {
		if n := strings.Count(out, text); n != times {
			t.Errorf("%q stands %d times, want %d:\n%s", text, n, times, out)
		}
	}
	if out := done(t, call(t, "", nil, append(args, "--verbose")...)).out; !strings.Contains(out, "webpki") || !strings.Contains(out, "key id ") {
		t.Errorf("--verbose:\n%s", out)
	}
	if err := os.WriteFile("all.yaml", []byte(all), 0o600); err != nil {
		t.Fatal(err)
	}
	out = done(t, call(t, "", nil, "status", "--state", "bundle-anchor-spread.yaml", "--evidence", "all.yaml")).out
	if !strings.Contains(out, "BUNDLE-LOADED: met\n") || !strings.Contains(out, "advance to issuer-switched: allowed") {
		t.Errorf("met:\n%s", out)
	}
}
