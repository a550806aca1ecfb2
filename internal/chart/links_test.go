package chart

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// TestChartLinks: a chart shows nothing of the machine, nor of .git; links within the
// repository are followed as Helm does.
func TestChartLinks(t *testing.T) {
	top := t.TempDir()
	in := func(name string) string { return filepath.Join(top, filepath.FromSlash(name)) }
	for _, dir := range []string{"repo/.git", "repo/c/templates", "repo/shared", "alone", "outside"} {
		if err := os.MkdirAll(in(dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"repo/.git/config", "repo/shared/values.yaml", "outside/token", "alone/Chart.yaml"} {
		if err := os.WriteFile(in(file), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		chart, boundary, link, target string
		refused                       bool
	}{
		{"repo/c", "repo", "repo/c/values", "../shared/values.yaml", false},
		{"repo/c", "repo", "repo/c/shared", "../shared", false},
		{"repo/c", "repo", "repo/c/self", ".", false},
		{"repo/c", "repo", "repo/c/nowhere", "../nothing", false},
		{"repo/c", "repo", "repo/c/token", "../../outside/token", true},
		{"repo/c", "repo", "repo/c/templates/dir", "../../../outside", true},
		{"repo/c", "repo", "repo/c/absolute", in("outside/token"), true},
		{"repo/c", "repo", "repo/c/git", "../.git/config", true},
		{"repo/c", "repo", "repo/c/gitdir", "../.git", true},
		{"repo/itself", "repo", "repo/itself", "../outside", true},
		{"repo/itself", "repo", "repo/itself", "c", false},
		{"repo/packed.tgz", "repo", "repo/packed.tgz", "../outside/token", true},
		{"repo/packed.tgz", "repo", "repo/packed.tgz", ".git/config", true},
		{"outside", "repo", "repo/unused", "c", true},
		{"alone", "alone", "alone/own", "Chart.yaml", false},
		{"alone", "alone", "alone/token", "../outside/token", true},
	} {
		if err := os.Symlink(c.target, in(c.link)); err != nil {
			t.Fatal(err)
		}
		err := fenced(in(c.chart), in(c.boundary))
		if problems := problem.Of(err); c.refused != (len(problems) == 1 && problems[0].Code == problem.ChartLink.Code) || !c.refused && err != nil {
			t.Errorf("%s -> %s: %v", c.link, c.target, err)
		}
		if err := os.Remove(in(c.link)); err != nil {
			t.Fatal(err)
		}
	}
	// What a link leads to is looked at as well.
	for link, target := range map[string]string{"repo/c/shared": "../shared", "repo/shared/deep": "../../outside"} {
		if err := os.Symlink(target, in(link)); err != nil {
			t.Fatal(err)
		}
	}
	if err := fenced(in("repo/c"), in("repo")); err == nil {
		t.Error("a link behind a link is followed")
	}
	if err := fenced(in("repo/c"), ""); err != nil {
		t.Error("a boundary that nobody gave:", err)
	}
}
