package accessible

import (
	"strings"
	"testing"
)

const good = `<!DOCTYPE html>
<html lang="en"><head><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; base-uri 'none'; form-action 'none'" /><title>t</title><style></style></head>
<body><h1>one</h1><nav aria-label="Contents"><ol><li><a href="#x">x</a></li></ol></nav><main><h2 id="x">two</h2><table><caption>c</caption><tr><th scope="col">a</th></tr></table>
<svg role="img" aria-labelledby="s"><title id="s">t</title><desc>d</desc></svg></main></body></html>`

// TestCheck: each rule finds its fault, and a page without one passes.
func TestCheck(t *testing.T) {
	if wrong := Check([]byte(good)); len(wrong) > 0 {
		t.Errorf("a good page: %q", wrong)
	}
	for name, c := range map[string][3]string{
		"script":           {"<main>", "<main><script>x</script>", "no place"},
		"handler":          {"<main>", `<main><p onclick="x">y</p>`, "handler"},
		"style":            {"<main>", `<main><p style="x">y</p>`, "style of its own"},
		"image":            {"<main>", `<main><img src="https://example.com/x.png" alt="x" />`, "leads out"},
		"link":             {`href="#x"`, `href="https://example.com"`, "leads out"},
		"dead link":        {`href="#x"`, `href="#y"`, "not there"},
		"unknown name":     {`aria-labelledby="s"`, `aria-labelledby="u"`, "not there"},
		"skipped heading":  {"<h2 id=\"x\">two</h2>", "<h3 id=\"x\">two</h3>", "skips"},
		"empty heading":    {">two<", "> <", "is empty"},
		"no caption":       {"<caption>c</caption>", "", "caption"},
		"no scope":         {` scope="col"`, "", "scope"},
		"double id":        {`<desc>`, `<desc id="x">`, "twice"},
		"no role":          {` role="img"`, "", "no role"},
		"no description":   {"<desc>d</desc>", "", "no role, title or description"},
		"no language":      {` lang="en"`, "", "language"},
		"two main":         {"</main>", "</main><main></main>", "2 <main>"},
		"policy":           {"default-src 'none'", "default-src *", "policy"},
		"other style":      {"<style>", "<style>p{}", "policy"},
		"keyboard":         {"<main>", `<main><div tabindex="0">x</div>`, "keyboard"},
		"landmark":         {"<main>", `<main><div role="region" aria-label="x">x</div>`, "landmark"},
		"same landmark":    {"</nav>", `</nav><nav aria-label="Contents"></nav>`, "not unique"},
		"order":            {"<main>", `<main><div tabindex="3">x</div>`, "order"},
		"unnamed contents": {` aria-label="Contents"`, "", "no name"},
		"not well-formed":  {"</main>", "", "well-formed"},
		"same attribute":   {`<html lang="en"`, `<html lang="en" lang="de"`, "twice"},
		"empty list":       {`<li><a href="#x">x</a></li>`, "", "items"},
	} {
		if !strings.Contains(good, c[0]) {
			t.Fatalf("%s: the page has no %q", name, c[0])
		}
		wrong := strings.Join(Check([]byte(strings.Replace(good, c[0], c[1], 1))), "\n")
		if !strings.Contains(wrong, c[2]) {
			t.Errorf("%s: want %q in %q", name, c[2], wrong)
		}
	}
}
