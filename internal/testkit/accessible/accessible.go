// Package accessible checks pages of HTML by rules that axe-core and WCAG 2.2 have,
// without a browser: names of pictures and tables, the order of headings, links that
// lead somewhere, and that a page is alone: no scripts, nothing that is loaded.
package accessible

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// node is an element.
type node struct {
	name     string
	attr     map[string]string
	children []*node
	parent   *node
	text     string // with that of its children
}

// Check reads a page that is well-formed XML, too, and returns what is wrong with it.
func Check(page []byte) (wrong []string) {
	root, err := parse(page)
	if err != nil {
		return []string{"not well-formed: " + err.Error()}
	}
	c := &check{ids: map[string]int{}, landmarks: map[string]int{}}
	root.walk(c.collect)
	root.walk(c.judge)
	c.whole()
	return c.wrong
}

// Text is what a reader sees of a page.
func Text(page []byte) (string, error) {
	root, err := parse(page)
	if err != nil {
		return "", err
	}
	return root.text, nil
}

func parse(page []byte) (*node, error) {
	d := xml.NewDecoder(strings.NewReader(string(page)))
	root := &node{name: "#document"}
	at := root
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if at != root {
				return nil, fmt.Errorf("<%s> is not closed", at.name)
			}
			return root, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			n := &node{name: t.Name.Local, attr: map[string]string{}, parent: at}
			for _, a := range t.Attr {
				if _, twice := n.attr[a.Name.Local]; twice {
					return nil, fmt.Errorf("<%s> has %s twice", n.name, a.Name.Local)
				}
				n.attr[a.Name.Local] = a.Value
			}
			at.children = append(at.children, n)
			at = n
		case xml.EndElement:
			at = at.parent
		case xml.CharData:
			for n := at; n != nil; n = n.parent {
				n.text += string(t)
			}
		}
	}
}

func (n *node) walk(f func(*node)) {
	f(n)
	for _, c := range n.children {
		c.walk(f)
	}
}

func (n *node) child(name string) *node {
	i := slices.IndexFunc(n.children, func(c *node) bool { return c.name == name })
	if i < 0 {
		return nil
	}
	return n.children[i]
}

func (n *node) blank() bool { return n == nil || strings.TrimSpace(n.text) == "" }

type check struct {
	wrong      []string
	ids        map[string]int
	landmarks  map[string]int
	elements   map[string]int
	level      int
	style, csp string
	lang       string
}

func (c *check) add(n *node, format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf("<%s %v>: ", n.name, n.attr)+fmt.Sprintf(format, args...))
}

func (c *check) collect(n *node) {
	if c.elements == nil {
		c.elements = map[string]int{}
	}
	c.elements[n.name]++
	if id, has := n.attr["id"]; has {
		if c.ids[id]++; c.ids[id] == 2 || id == "" || strings.ContainsAny(id, " \t\n") {
			c.add(n, "its id is empty, has blanks or is there twice")
		}
	}
	switch {
	case n.name == "html":
		c.lang = n.attr["lang"]
	case n.name == "style":
		c.style += n.text
	case n.name == "meta" && n.attr["http-equiv"] == "Content-Security-Policy":
		c.csp = n.attr["content"]
	}
}

// alone are attributes that load or lead somewhere.
var alone = []string{"src", "href", "srcset", "data", "action", "formaction", "poster", "background", "ping", "cite", "longdesc", "usemap",
	"manifest"}

func (c *check) judge(n *node) {
	for name, value := range n.attr {
		switch {
		case strings.HasPrefix(name, "on"):
			c.add(n, "has a handler")
		case name == "style":
			c.add(n, "has a style of its own, which the policy forbids")
		case slices.Contains(alone, name) && !strings.HasPrefix(value, "#"):
			c.add(n, "leads out of the page or loads something")
		case name == "href" && c.ids[value[1:]] == 0, name == "aria-labelledby" && !c.known(value):
			c.add(n, "names an id that is not there")
		case name == "tabindex" && value != "0" && value != "-1":
			c.add(n, "changes the order of the keyboard")
		}
	}
	switch n.name {
	case "script", "iframe", "object", "embed", "form", "base", "link", "img", "foreignObject", "use", "image", "animate", "set":
		c.add(n, "has no place in such a page")
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := int(n.name[1] - '0')
		if level > c.level+1 {
			c.add(n, "skips a level of headings")
		}
		c.level = level
		if n.blank() {
			c.add(n, "is empty")
		}
	case "svg":
		if n.attr["role"] != "img" || n.attr["aria-labelledby"] == "" || n.child("title").blank() || n.child("desc").blank() {
			c.add(n, "has no role, title or description")
		}
	case "table":
		if n.child("caption").blank() {
			c.add(n, "has no caption")
		}
	case "th":
		if scope := n.attr["scope"]; scope != "col" && scope != "row" || n.blank() {
			c.add(n, "has no scope, or is empty")
		}
	case "a", "title", "figcaption", "dt", "button":
		if n.blank() {
			c.add(n, "is empty")
		}
	case "nav", "section":
		name := n.attr["aria-label"] + n.attr["aria-labelledby"]
		if name == "" {
			c.add(n, "has no name")
		}
		if c.landmarks[name]++; c.landmarks[name] > 1 {
			c.add(n, "is a landmark that is not unique")
		}
	case "ul", "ol":
		if slices.ContainsFunc(n.children, func(c *node) bool { return c.name != "li" }) || len(n.children) == 0 {
			c.add(n, "has other children than items, or none")
		}
	}
	if n.attr["role"] == "region" {
		c.add(n, "is a landmark; a box that scrolls is a group")
	}
	if n.attr["tabindex"] == "0" && (n.attr["role"] == "" || n.attr["aria-labelledby"]+n.attr["aria-label"] == "") {
		c.add(n, "can be reached by the keyboard and has no role or name")
	}
}

func (c *check) known(ids string) bool {
	for _, id := range strings.Fields(ids) {
		if c.ids[id] == 0 {
			return false
		}
	}
	return strings.TrimSpace(ids) != ""
}

// whole judges the page as a whole.
func (c *check) whole() {
	say := func(is bool, format string, args ...any) {
		if is {
			c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
		}
	}
	for _, name := range []string{"html", "head", "body", "main", "h1", "style"} {
		say(c.elements[name] != 1, "there are %d <%s>", c.elements[name], name)
	}
	say(c.lang == "", "the language is not named")
	hash := sha256.Sum256([]byte(c.style))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(hash[:]) + "'; base-uri 'none'; form-action 'none'"
	say(c.csp != want, "the policy is %q, want %q", c.csp, want)
	say(strings.Contains(c.style, "@import") || strings.Contains(c.style, "url(") || strings.ContainsAny(c.style, "<&"), "the style sheet loads something, or is not plain in XML")
}
