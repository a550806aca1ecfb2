package main

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

var (
	href  = regexp.MustCompile(`href="([^"]*)"`)
	id    = regexp.MustCompile(` id="([^"]*)"`)
	level = regexp.MustCompile(`<h([1-6])[ >]`)
	// loads finds what a browser would fetch by itself.
	loads = regexp.MustCompile(`(?i)<(script|iframe|object|embed|video|audio)|@import|url\(|src="(https?:)?//|<link[^>]*href="(https?:)?//|\son[a-z]+="`)
)

// once is the site of this repository.
var once = sync.OnceValues(func() (map[string][]byte, error) { return build("..") })

func made(t *testing.T) map[string][]byte {
	t.Helper()
	files, err := once()
	if err != nil {
		t.Fatal(err)
	}
	if len(files) < 40 {
		t.Fatalf("%d files only", len(files))
	}
	return files
}

// TestSameBytes: a site is made of the pages and of nothing else.
func TestSameBytes(t *testing.T) {
	one := made(t)
	other, err := build("..")
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(one, other, bytes.Equal) {
		t.Error("the second site differs from the first")
	}
}

// TestLinks: no link within the site is dead, none leads to a file that the
// repository has not, and nothing is fetched from elsewhere.
func TestLinks(t *testing.T) {
	files := made(t)
	links := 0
	for name, text := range files {
		if found := loads.Find(text); found != nil && strings.HasSuffix(name, "ml") || name == "style.css" && loads.Match(text) {
			t.Errorf("%s: has %q", name, found)
		}
		for _, m := range href.FindAllSubmatch(text, -1) {
			links++
			if err := checkLink(files, name, string(m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if links < 1000 {
		t.Errorf("%d links only", links)
	}
}

func checkLink(files map[string][]byte, page, to string) error {
	if file, ours := strings.CutPrefix(to, repository); ours {
		if _, err := os.Stat(filepath.Join("..", filepath.FromSlash(file))); err != nil {
			return fmt.Errorf("%q: %w", to, err)
		}
		return nil
	}
	if strings.HasPrefix(to, "https://") {
		return nil
	}
	target, anchor, _ := strings.Cut(to, "#")
	if target == "" {
		target = path.Base(page)
	}
	text, found := files[path.Join(path.Dir(page), target)]
	if !found {
		return fmt.Errorf("the link %q is dead", to)
	}
	if anchor == "" {
		return nil
	}
	for _, m := range id.FindAllSubmatch(text, -1) {
		if string(m[1]) == anchor {
			return nil
		}
	}
	return fmt.Errorf("the link %q names no heading", to)
}

// TestHeadings: each page has one title, and no level of headings is passed over.
func TestHeadings(t *testing.T) {
	for name, text := range made(t) {
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		levels := level.FindAllSubmatch(text, -1)
		if len(levels) == 0 || string(levels[0][1]) != "1" {
			t.Errorf("%s: does not begin with a title", name)
			continue
		}
		last := 1
		for _, m := range levels[1:] {
			now := int(m[1][0] - '0')
			if now == 1 || now > last+1 {
				t.Errorf("%s: h%d after h%d", name, now, last)
			}
			last = now
		}
		for _, m := range regexp.MustCompile(`<img[^>]*>`).FindAll(text, -1) {
			if !regexp.MustCompile(`alt="[^"]+"`).Match(m) {
				t.Errorf("%s: an image without a text: %s", name, m)
			}
		}
	}
}

// TestScrolled: what may be wider than the screen is reached by the keyboard, headers of
// tables have a text, and no color of the light code is left in the dark.
func TestScrolled(t *testing.T) {
	for name, text := range made(t) {
		for _, wrong := range [][]byte{[]byte("<table>"), []byte("<pre>"), []byte("<th></th>")} {
			if filepath.Ext(name) == ".html" && bytes.Contains(text, wrong) {
				t.Errorf("%s has %s", name, wrong)
			}
		}
	}
	if !strings.HasPrefix(string(codeStyle()), "@media not all and (prefers-color-scheme: dark)") {
		t.Error("the light code's colors apply in the dark, too")
	}
}

// TestContrast: every color of text has the contrast to its ground that WCAG 2.2 AA
// asks for (4.5 to 1), light and dark.
func TestContrast(t *testing.T) {
	sheet := string(made(t)["style.css"])
	pairs := 0
	check := func(where, front, back string) {
		pairs++
		if ratio := contrast(t, front, back); ratio < 4.5 {
			t.Errorf("%s: %s on %s: %.2f", where, front, back, ratio)
		}
	}
	schemes := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(sheet, -1)
	if len(schemes) != 2 {
		t.Fatalf("%d color schemes", len(schemes))
	}
	_, code, _ := strings.Cut(sheet, "/* Background */")
	light, dark, found := strings.Cut(code, "@media (prefers-color-scheme: dark)")
	if !found {
		t.Fatal("no dark code")
	}
	for i, codes := range []string{light, dark} {
		colors := map[string]string{}
		for _, m := range regexp.MustCompile(`--(\w+): (#\w+)`).FindAllStringSubmatch(schemes[i][1], -1) {
			colors[m[1]] = m[2]
		}
		for _, front := range []string{"text", "link", "dim"} {
			check(front, colors[front], colors["ground"])
			check(front, colors[front], colors["soft"])
		}
		checkCode(t, codes, check)
	}
	if pairs < 40 {
		t.Errorf("%d pairs of colors only", pairs)
	}
}

// checkCode looks at the colors of code, each on its own ground or that of the block.
func checkCode(t *testing.T, sheet string, check func(where, front, back string)) {
	t.Helper()
	color := regexp.MustCompile(`(?:^|[ ;{])color: ?(#\w+)`)
	ground := regexp.MustCompile(`background-color: ?(#\w+)`)
	block := ground.FindStringSubmatch(sheet)
	if block == nil {
		t.Fatal("code has no ground")
	}
	for _, rule := range strings.Split(sheet, "\n") {
		if front := color.FindStringSubmatch(rule); front != nil {
			back := block
			if own := ground.FindStringSubmatch(rule); own != nil {
				back = own
			}
			check(rule, front[1], back[1])
		}
	}
}

// contrast is that of WCAG 2.2, from 1 to 21.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	both := []float64{luminance(t, a), luminance(t, b)}
	slices.Sort(both)
	return (both[1] + 0.05) / (both[0] + 0.05)
}

func luminance(t *testing.T, color string) (sum float64) {
	t.Helper()
	hex := strings.TrimPrefix(color, "#")
	if len(hex) == 3 {
		hex = string([]byte{hex[0], hex[0], hex[1], hex[1], hex[2], hex[2]})
	}
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatalf("%q is no color", color)
		}
		c := float64(n) / 255
		if c <= 0.03928 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// narrow are pages with everything that may be wide: tables, code, long words, a picture.
var narrow = []string{"index.html", "find.html", "docs/pull-requests.html", "docs/git.html", "docs/hosts/argocd.html", "docs/state-file.html"}

// TestNarrow: on a screen of 360 pixels none of them has to be scrolled sideways; tables
// and code scroll in themselves. A browser measures it.
func TestNarrow(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	dir := t.TempDir()
	files := made(t)
	if err := write(filepath.Join(dir, "site"), files); err != nil {
		t.Fatal(err)
	}
	var frames strings.Builder
	for _, name := range narrow {
		fmt.Fprintf(&frames, "<iframe width=360 height=640 src=\"site/%s\"></iframe>\n", name)
	}
	const measure = `<pre id=found></pre><script>onload = () => { found.textContent = [...document.querySelectorAll('iframe')].map(f => f.getAttribute('src') + ' ' + f.contentDocument.documentElement.scrollWidth).join('\n') }</script>`
	sheet := filepath.Join(dir, "all.html")
	if err := os.WriteFile(sheet, []byte("<!DOCTYPE html>"+frames.String()+measure), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(browser, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"),
		"--allow-file-access-from-files", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--dump-dom", "file://"+sheet).Output()
	if err != nil {
		t.Fatal(err)
	}
	measured := regexp.MustCompile(`(?m)^(?:.*>)?site/(\S+) ([0-9]+)`).FindAllStringSubmatch(string(out), -1)
	if len(measured) != len(narrow) {
		t.Fatalf("measured %d pages only: %s", len(measured), out)
	}
	for _, m := range measured {
		if width, err := strconv.Atoi(m[2]); err != nil || width > 360 {
			t.Errorf("%s is %s pixels wide", m[1], m[2])
		}
	}
}
