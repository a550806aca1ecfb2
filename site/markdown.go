package main

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	tableast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown reads pages as forges do, and colors code.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table),
	goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(ids{}, 100), util.Prioritized(tables{}, 100))),
	goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(code{}, 100))),
)

// ids gives headings the anchors that forges give them.
type ids struct{}

var signs = regexp.MustCompile(`[^a-z0-9 _-]`)

func (ids) Transform(document *ast.Document, reader text.Reader, _ parser.Context) {
	for n := document.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok {
			id := signs.ReplaceAllString(strings.ToLower(plain(h, reader.Source())), "")
			h.SetAttributeString("id", []byte(strings.ReplaceAll(id, " ", "-")))
		}
	}
}

// tables can be scrolled by the keyboard where they are wider than the screen.
type tables struct{}

func (tables) Transform(document *ast.Document, _ text.Reader, _ parser.Context) {
	_ = ast.Walk(document, func(n ast.Node, _ bool) (ast.WalkStatus, error) { // it returns no error
		if n.Kind() == tableast.KindTable {
			n.SetAttributeString("tabindex", []byte("0"))
		}
		return ast.WalkContinue, nil
	})
}

// codeClasses writes classes, not colors; lines are not wrapped, the block scrolls.
var codeClasses = html.New(html.WithClasses(true), html.PreventSurroundingPre(true))

// code renders fenced blocks.
type code struct{}

func (code) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindFencedCodeBlock, func(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		block := n.(*ast.FencedCodeBlock)
		var lines bytes.Buffer
		for i := range block.Lines().Len() {
			line := block.Lines().At(i)
			lines.Write(line.Value(source))
		}
		lexer := lexers.Get(string(block.Language(source)))
		if lexer == nil {
			lexer = lexers.Fallback
		}
		tokens, err := chroma.Coalesce(lexer).Tokenise(nil, lines.String())
		if err != nil {
			return ast.WalkStop, err
		}
		_, _ = w.WriteString(`<pre class="chroma" tabindex="0"><code>`) // the renderer flushes, and sees what failed
		if err := codeClasses.Format(w, styles.Fallback, tokens); err != nil {
			return ast.WalkStop, err
		}
		_, _ = w.WriteString("</code></pre>\n")
		return ast.WalkSkipChildren, nil
	})
}

// lightCode and darkCode are styles of chroma; a test measures their contrast.
const lightCode, darkCode = "xcode", "github-dark"

// codeStyle is the style sheet of code, light and dark. Neither applies in the other:
// the dark one has fewer classes, and the light one's colors are too dark for it.
func codeStyle() []byte {
	return []byte("@media not all and (prefers-color-scheme: dark) {\n" + colors(lightCode) + "}\n@media (prefers-color-scheme: dark) {\n" + colors(darkCode) + "}\n")
}

// unused are classes that no page has: numbers of lines, and blanks.
var unused = regexp.MustCompile(`(?m)^.*\.chroma \.(ln|lnt|lnlinks|lntable|lntd|hl|w) .*\n`)

func colors(style string) string {
	var css bytes.Buffer
	_ = codeClasses.WriteCSS(&css, styles.Get(style)) // into memory
	return unused.ReplaceAllString(css.String(), "")
}
