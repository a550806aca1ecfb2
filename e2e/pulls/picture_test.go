package pulls

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"html"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

var update = flag.Bool("update", false, "write docs/pictures/pull-request.png anew")

// pictureFile is what docs/pull-requests.md shows.
const pictureFile = "docs/pictures/pull-request.png"

// TestPicture opens the page of a pull request in a browser without a screen.
// Gitea's own scripts, built from its own sources, draw the page: the table must
// be a table, and the Mermaid block a drawing.
func TestPicture(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("!!!!!! no picture was made: chromium is missing (apt-get install chromium)")
	}
	frontend := peer.GiteaFrontend(t)
	if frontend == "" {
		t.Skip("!!!!!! no picture was made: npm is missing (apt-get install npm), which builds Gitea's frontend")
	}
	l := settle(t, startGitea(t, 50, frontend))
	r := l.pr("start", "anchor")
	l.g.api("PATCH", "/repos/bot/pki", map[string]any{"private": false}, nil) // the browser logs in nowhere
	page := l.g.url + "/bot/pki/pulls/" + itoa(r.Number)

	seen := look(t, browser, l.door, "/bot/pki/pulls/"+itoa(r.Number))
	if seen.Tables < 2 || seen.Cells < 30 || strings.Contains(seen.Text, "|---") || strings.Contains(seen.Text, "```") {
		t.Errorf("%d tables with %d cells in\n%s", seen.Tables, seen.Cells, seen.Text)
	}
	if seen.Drawings != 1 || seen.Height < 100 || strings.Contains(seen.Drawn, "rror") {
		t.Errorf("%d drawings, %d pixels high: %q", seen.Drawings, seen.Height, seen.Drawn)
	}
	for _, phase := range []string{"anchor-added", "issuer-switched", "anchor-dropped"} {
		if !strings.Contains(seen.Drawn, phase) || !strings.Contains(seen.Text, phase) {
			t.Errorf("%q is not in both table and drawing: %q", phase, seen.Drawn)
		}
	}

	file := filepath.Join(t.TempDir(), "page.png")
	browse(t, browser, page, "--screenshot="+file, "--hide-scrollbars", "--window-size=1180,1960")
	picture := readPicture(t, file)
	checkPicture(t, picture)
	if *update {
		writePicture(t, filepath.Join(peer.Root(), filepath.FromSlash(pictureFile)), picture)
	}
}

// browse runs the browser once, with a profile of its own, and gives its stdout.
// Its clock runs ahead until the page has nothing more to do.
func browse(t *testing.T, browser, page string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	flags := []string{"--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--disable-sync", "--user-data-dir=" + t.TempDir(), "--virtual-time-budget=20000", "--run-all-compositor-stages-before-draw"}
	cmd := exec.CommandContext(ctx, browser, append(append(flags, args...), page)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // its helpers end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	var out, talk bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &talk
	if err := cmd.Run(); err != nil {
		t.Fatalf("chromium: %v\n%s", err, talk.String())
	}
	return out.String()
}

// probe is a page of the same origin that looks into the page in question, and
// into the frame where Gitea lets Mermaid draw. It says what it found as JSON.
const probe = `<!doctype html><iframe id="page" src="PAGE" style="width:1200px;height:2400px"></iframe><pre id="found"></pre><script>
const look = (left) => {
  const doc = page.contentDocument;
  const text = doc && doc.querySelector('.comment-body .render-content.markup');
  const frames = text ? [...text.querySelectorAll('.mermaid-block iframe')] : [];
  const drawings = frames.map((f) => f.contentDocument && f.contentDocument.querySelector('svg')).filter((svg) => svg && svg.querySelector('rect'));
  if (drawings.length === 0 && left > 0) return setTimeout(look, 200, left - 1);
  found.textContent = JSON.stringify({
    tables: text ? text.querySelectorAll('table').length : 0, cells: text ? text.querySelectorAll('td').length : 0, text: text ? text.innerText : '',
    drawings: drawings.length, drawn: drawings.flatMap((svg) => [...svg.querySelectorAll('text')].map((text) => text.textContent)).join(' | '), height: frames.length ? frames[0].offsetHeight : 0,
  });
};
page.onload = () => look(80);
</script>`

// sight is what the probe saw in the text of the pull request.
type sight struct {
	Tables, Cells    int
	Text             string
	Drawings, Height int
	// Drawn is the text in the drawings, parted by bars.
	Drawn string
}

// look opens a page in the browser and gives what can be seen there.
func look(t *testing.T, browser string, d *door, page string) (seen sight) {
	t.Helper()
	const path = "/-/probe"
	d.mutex.Lock()
	d.meet = func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if r.URL.Path != path {
			return false
		}
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, strings.Replace(probe, "PAGE", page, 1))
		return true
	}
	d.mutex.Unlock()
	dom := browse(t, browser, d.server.URL+path, "--dump-dom")
	_, after, _ := strings.Cut(dom, `<pre id="found">`)
	text, _, _ := strings.Cut(after, "</pre>")
	if err := json.Unmarshal([]byte(html.UnescapeString(text)), &seen); err != nil {
		t.Fatalf("the probe found nothing: %v\n%.2000s", err, dom)
	}
	return seen
}

func readPicture(t *testing.T, file string) image.Image {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	picture, err := png.Decode(in)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// colours counts those of a picture.
func colours(picture image.Image) map[color.RGBA]int {
	found, size := map[color.RGBA]int{}, picture.Bounds()
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			found[color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA)]++
		}
	}
	return found
}

// checkPicture: it is a picture of something, not of an empty page.
func checkPicture(t *testing.T, picture image.Image) {
	t.Helper()
	if size, n := picture.Bounds(), len(colours(picture)); size.Dx() < 1000 || size.Dy() < 1000 || n < 50 {
		t.Errorf("a picture of %v with %d colours", size, n)
	}
}

// writePicture keeps the 200 colours that are there most, which a page of text
// does not need more of; the file gets a third of the size by it.
func writePicture(t *testing.T, file string, picture image.Image) {
	t.Helper()
	counted := colours(picture)
	most := slices.SortedFunc(maps.Keys(counted), func(a, b color.RGBA) int {
		return cmp.Or(counted[b]-counted[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	var palette color.Palette
	for _, c := range most[:min(200, len(most))] {
		palette = append(palette, c)
	}
	plain := image.NewPaletted(picture.Bounds(), palette)
	draw.Draw(plain, plain.Bounds(), picture, picture.Bounds().Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, plain); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
