package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// repository is where files are shown that are not pages.
const repository = "https://github.com/l5d-pki/l5d-pki-render/blob/main/"

var (
	//go:embed page.html
	layout string
	//go:embed style.css
	style    []byte
	pageHTML = template.Must(template.New("page").Parse(layout))
)

// pages lists the pages below root, sorted.
func pages(root string) ([]string, error) {
	all := []string{"README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"}
	err := filepath.WalkDir(filepath.Join(root, "docs"), func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(file, ".md") {
			rel, wrong := filepath.Rel(root, file)
			all, err = append(all, filepath.ToSlash(rel)), wrong
		}
		return err
	})
	slices.Sort(all)
	return all, err
}

// htmlOf is the file of the site for a page: README.md is the first one.
func htmlOf(page string) string {
	if page == "README.md" {
		return "index.html"
	}
	return strings.TrimSuffix(page, ".md") + ".html"
}

// entry is a heading in the index of the site.
type entry struct{ Title, Page, Target string }

// shown is what the layout takes.
type shown struct {
	Title, Up string
	Content   template.HTML
	Index     []letter
}

// letter is a part of the index.
type letter struct {
	Name    string
	Entries []entry
}

// build makes the files of the site, by name.
func build(root string) (map[string][]byte, error) {
	all, err := pages(root)
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"style.css": append(slices.Clone(style), codeStyle()...)}
	var index []entry
	for _, page := range all {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(page)))
		if err != nil {
			return nil, err
		}
		document := markdown.Parser().Parse(text.NewReader(source))
		images, err := relink(root, page, all, document)
		if err != nil {
			return nil, err
		}
		for _, image := range images {
			if files[image], err = os.ReadFile(filepath.Join(root, filepath.FromSlash(image))); err != nil {
				return nil, err
			}
		}
		title, entries := headings(page, document, source)
		index = append(index, entries...)
		var content bytes.Buffer
		if err := markdown.Renderer().Render(&content, source, document); err != nil {
			return nil, err
		}
		if err := put(files, htmlOf(page), shown{Title: title, Content: template.HTML(content.String())}); err != nil {
			return nil, err
		}
	}
	return files, put(files, "find.html", shown{Title: "All headings", Index: letters(index)})
}

// put lays a page out.
func put(files map[string][]byte, name string, s shown) error {
	s.Up = strings.Repeat("../", strings.Count(name, "/"))
	var out bytes.Buffer
	if err := pageHTML.Execute(&out, s); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	files[name] = out.Bytes()
	return nil
}

// relink lets links lead to pages of the site, or into the repository, and lists the
// images that the page shows.
func relink(root, page string, all []string, document ast.Node) (images []string, err error) {
	err = ast.Walk(document, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Destination = []byte(follow(page, string(n.Destination), all))
		case *ast.Image:
			image := path.Join(path.Dir(page), string(n.Destination))
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(image))); err != nil {
				return ast.WalkStop, err
			}
			images = append(images, image)
		}
		return ast.WalkContinue, nil
	})
	return images, err
}

func follow(page, to string, all []string) string {
	target, anchor, hasAnchor := strings.Cut(to, "#")
	if target == "" || strings.Contains(target, ":") {
		return to
	}
	file := path.Join(path.Dir(page), target)
	if !slices.Contains(all, file) {
		return repository + file
	}
	up := strings.Repeat("../", strings.Count(htmlOf(page), "/"))
	if hasAnchor {
		anchor = "#" + anchor
	}
	return up + htmlOf(file) + anchor
}

// headings returns the title of a page, and what the index has of it.
func headings(page string, document ast.Node, source []byte) (title string, entries []entry) {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok {
			continue
		}
		words := plain(h, source)
		target := htmlOf(page)
		if h.Level == 1 {
			title = words
		} else if id, ok := h.AttributeString("id"); ok {
			target += "#" + string(id.([]byte))
		}
		entries = append(entries, entry{words, title, target})
	}
	return title, entries
}

// plain is the text of a node.
func plain(n ast.Node, source []byte) string {
	var words strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // it fails never
		if t, ok := n.(*ast.Text); ok && entering {
			words.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	return words.String()
}

// letters sorts the index by its first letters.
func letters(index []entry) (all []letter) {
	slices.SortStableFunc(index, func(a, b entry) int {
		return strings.Compare(strings.ToLower(a.Title+"\x00"+a.Target), strings.ToLower(b.Title+"\x00"+b.Target))
	})
	for _, e := range index {
		name := strings.ToUpper(e.Title[:1])
		if name < "A" || name > "Z" {
			name = "0-9 and others"
		}
		if len(all) == 0 || all[len(all)-1].Name != name {
			all = append(all, letter{Name: name})
		}
		last := &all[len(all)-1]
		last.Entries = append(last.Entries, e)
	}
	return all
}
