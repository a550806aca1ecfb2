// Package forge is the world of pull requests: what the tool asks of GitHub,
// GitLab and Gitea (and Forgejo), in words of its own.
//
// In goes a [Target] (which forge, which repository, which token), as [Detect]
// finds it from a remote's URL and the variables of the CI; out comes a [Forge]:
//
//	target, err := forge.Detect("git@github.com:acme/pki.git", os.Getenv, forge.Flags{})
//	f, err := forge.Dial(target, program)
//	pulls, err := f.List(ctx, forge.Query{Base: "main", HeadPrefix: "l5d-pki/prod/"})
//
// A merge request is called a pull here. Only pulls within one repository
// are listed: a fork may name its branch as it likes, and it must not pass for ours.
// A token goes to the forge and nowhere else: no message and no argument of a
// program has it. Merging is for people, so there is no word for it here.
//
// The forges' own client libraries are linked into a program of its own,
// l5d-pki-render-forge (internal/forge/client); this package links none.
package forge

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"unicode"
)

// Pull is one pull request, or merge request.
type Pull struct {
	// Number is what people see: #7 or !7.
	Number int    `json:"number"`
	Title  string `json:"title"`
	Body   string `json:"body"`
	// Head is the branch with the change, Base the one that it should go to.
	Head string `json:"head"`
	// HeadSHA is the commit that the forge has for Head, lower-case hex.
	HeadSHA string `json:"headSHA"`
	// NoBranch: what is to be merged is that commit and never the branch called Head. On
	// Gitea and Forgejo who may only read pushes one so, by a name of their choice (AGit).
	NoBranch bool   `json:"noBranch,omitempty"`
	Base     string `json:"base"`
	// URL is its page.
	URL string `json:"url"`
	// State is "open", "closed" (without a merge) or "merged".
	State  string   `json:"state"`
	Draft  bool     `json:"draft,omitempty"`
	Labels []string `json:"labels,omitempty"`
	// Author is the login of who opened it.
	Author string `json:"author,omitempty"`
}

// New is a pull to open. Title has no word for a draft: where a forge marks
// drafts by the title, that is done behind this interface, both ways.
type New struct {
	Title  string   `json:"title"`
	Body   string   `json:"body"`
	Head   string   `json:"head"`
	Base   string   `json:"base"`
	Draft  bool     `json:"draft,omitempty"`
	Labels []string `json:"labels,omitempty"`
}

// Change is what shall be different; nil leaves things as they are.
type Change struct {
	Title *string `json:"title,omitempty"`
	Body  *string `json:"body,omitempty"`
	Draft *bool   `json:"draft,omitempty"`
	// Labels that the pull shall carry. Others that begin with [LabelPrefix] are
	// taken away; what people put there stays. An empty list that is not nil takes
	// all of ours away.
	Labels []string `json:"labels"`
	// State is "closed" or "open".
	State *string `json:"state,omitempty"`
}

// LabelPrefix begins the labels that belong to this tool.
const LabelPrefix = "l5d-pki"

// Query selects pulls; an empty field selects by nothing.
type Query struct {
	Base string `json:"base,omitempty"`
	// Head is one branch, HeadPrefix the beginning of several.
	Head       string `json:"head,omitempty"`
	HeadPrefix string `json:"headPrefix,omitempty"`
	// State is "open" (also when empty), "closed", "merged" or "all".
	State string `json:"state,omitempty"`
	// Heads are commits that branches have. A pull of such a branch that has another one
	// lags behind a push: the forge is asked again, for a short while.
	Heads map[string]string `json:"heads,omitempty"`
}

// Lags reports whether p has not followed its branch to the commit that it has.
func (q Query) Lags(p Pull) bool {
	head := q.Heads[p.Head]
	return head != "" && p.HeadSHA != head && !p.NoBranch
}

// Matches tells whether p is one of those that are asked for.
func (q Query) Matches(p Pull) bool {
	state := q.State
	if state == "" {
		state = "open"
	}
	return isBranch(p.Head) && (state == "all" || p.State == state) &&
		(q.Base == "" || p.Base == q.Base) &&
		(q.Head == "" || p.Head == q.Head) &&
		len(p.Head) >= len(q.HeadPrefix) && p.Head[:len(q.HeadPrefix)] == q.HeadPrefix
}

// isBranch reports whether Git takes a name for a branch, as far as what is shown goes: it
// has no blanks and no control characters.
func isBranch(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// ErrExists says that a pull was open already for this head and base.
var ErrExists = errors.New("a pull request is open already for this branch")

// Forge is one repository of a forge. Calls wait out short outages and rate
// limits, within the context's time; what a call finds as wanted it does not write.
type Forge interface {
	// Name is "github", "gitlab" or "gitea".
	Name() string
	// List gives all pulls that match, from all pages, the lowest number first.
	List(ctx context.Context, q Query) ([]Pull, error)
	// Open opens a pull. One that is open already for this head and base is
	// returned with an error that wraps ErrExists; it is not changed.
	Open(ctx context.Context, n New) (Pull, error)
	// Update makes the change and returns the pull as it is then.
	Update(ctx context.Context, number int, c Change) (Pull, error)
	// Comment writes body as a comment, or over our own comment that holds marker; one
	// of somebody else with the same marker stays.
	// Body must hold marker, hidden as the forge's limits allow.
	Comment(ctx context.Context, number int, marker, body string) error
}

// Address is the address of a page as a forge gives it, on one line and without control
// characters, and without the signs of HTML and Markdown that no address has: it is shown
// among lines of this program's own, and in the text of a pull request.
func Address(page string) string {
	if strings.ContainsFunc(page, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }) {
		return strconv.QuoteToASCII(page)
	}
	return notInAddresses.Replace(page)
}

// notInAddresses escapes what RFC 3986 leaves out of addresses, and brackets, which it has
// in hosts alone.
var notInAddresses = strings.NewReplacer("<", "%3C", ">", "%3E", `"`, "%22", "`", "%60", "{", "%7B", "}", "%7D", "|", "%7C", `\`, "%5C", "^", "%5E",
	"](", "%5D%28")
