package pulls

import (
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// reportPicture is what docs/reports.md shows.
const reportPicture = "docs/pictures/report.png"

// TestReportPicture opens the page that the tests of `report` compare in a browser
// without a screen, and takes the picture of its beginning.
func TestReportPicture(t *testing.T) {
	browser, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("!!!!!! no picture was made: chromium is missing (apt-get install chromium)")
	}
	page := filepath.Join(peer.Root(), "internal", "cli", "testdata", "report", "bundle-anchor-spread.html")
	file := filepath.Join(t.TempDir(), "report.png")
	browse(t, browser, "file://"+filepath.ToSlash(page), "--screenshot="+file, "--hide-scrollbars", "--window-size=1180,2040")
	picture := readPicture(t, file)
	checkPicture(t, picture)
	if *update {
		writePicture(t, filepath.Join(peer.Root(), filepath.FromSlash(reportPicture)), picture)
	}
}
