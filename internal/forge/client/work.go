package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// library is what a forge's client library is asked for, one call each.
type library interface {
	name() string
	// list gives one page, counted from 1, of pulls that may match q and are
	// within the repository; next is 0 after the last.
	list(ctx context.Context, q forge.Query, page int) (pulls []forge.Pull, next int, err error)
	get(ctx context.Context, number int) (forge.Pull, error)
	create(ctx context.Context, n forge.New) (forge.Pull, error)
	// write makes title, body, draft and state what want has, where they differ.
	write(ctx context.Context, now, want forge.Pull) error
	label(ctx context.Context, number int, add, remove []string) error
	// comments gives one page of them.
	comments(ctx context.Context, number, page int) (comments []comment, next int, err error)
	// say writes a new comment, rewrite one that is there.
	say(ctx context.Context, number int, body string) error
	rewrite(ctx context.Context, number int, id int64, body string) error
	// self is the login that the token acts as, as authors of comments are named.
	self(ctx context.Context) (string, error)
}

type comment struct {
	id           int64
	author, body string
}

// work is a forge.Forge by a library: look, write what is lacking, look again.
type work struct {
	lib  library
	host string
	wait func(context.Context, time.Duration) error
}

// rounds is how often something is written before it is given up.
const rounds = 3

func (w *work) Name() string { return w.lib.name() }

func (w *work) List(ctx context.Context, q forge.Query) (pulls []forge.Pull, err error) {
	defer w.odd(&err)
	for try := 1; ; try++ {
		pulls, err = w.list(ctx, q)
		if err == nil && try < maxTries && slices.ContainsFunc(pulls, q.Lags) {
			err = w.wait(ctx, firstWait<<(try-1))
			if err == nil {
				continue
			}
		}
		return pulls, explain(w.host, err)
	}
}

func (w *work) list(ctx context.Context, q forge.Query) ([]forge.Pull, error) {
	var found []forge.Pull
	err := pages(func(page int) (int, error) {
		pulls, next, err := w.lib.list(ctx, q, page)
		for _, p := range pulls {
			if q.Matches(p) {
				found = append(found, p)
			}
		}
		return next, err
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b forge.Pull) int { return a.Number - b.Number })
	// A pull that is opened or closed meanwhile moves others to a page that follows.
	return slices.CompactFunc(found, func(a, b forge.Pull) bool { return a.Number == b.Number }), nil
}

// odd is for an answer that the libraries do not expect: a null in a list is a pointer to
// nothing there.
func (w *work) odd(err *error) {
	if r := recover(); r != nil {
		*err = problem.ForgeAnswer.With(w.host, "a call", "an object that should be there is null")
	}
}

// pages turns all pages. A forge that turns back is left.
func pages(turn func(page int) (next int, err error)) error {
	for page := 1; page > 0; {
		next, err := turn(page)
		if err != nil {
			return err
		}
		if next != 0 && next <= page {
			return &fault{method: "GET", path: fmt.Sprint("page ", page), odd: errPages}
		}
		page = next
	}
	return nil
}

func (w *work) Open(ctx context.Context, n forge.New) (p forge.Pull, err error) {
	defer w.odd(&err)
	p, err = w.open(ctx, n)
	return p, explain(w.host, err)
}

func (w *work) open(ctx context.Context, n forge.New) (forge.Pull, error) {
	for round := 1; ; round++ {
		p, err := w.lib.create(ctx, n)
		switch {
		case err == nil:
			return w.dress(ctx, p, n)
		case isRefusal(err):
			older, open := w.find(ctx, n)
			if open && round > 1 { // the one whose answer was lost
				return w.dress(ctx, older, n)
			}
			if open {
				return older, problem.ForgeExists.With(older.Number, n.Head, n.Base).Because(forge.ErrExists)
			}
			return forge.Pull{}, err
		case !isLost(err):
			return forge.Pull{}, err
		}
		if waitErr := w.wait(ctx, firstWait<<round); waitErr != nil {
			return forge.Pull{}, err
		}
		p, open, lookErr := w.look(ctx, n)
		if open {
			return w.dress(ctx, p, n)
		}
		if lookErr != nil || round == rounds {
			return forge.Pull{}, err
		}
	}
}

// find looks for the pull that stands in the way.
func (w *work) find(ctx context.Context, n forge.New) (forge.Pull, bool) {
	p, open, err := w.look(ctx, n)
	return p, err == nil && open
}

func (w *work) look(ctx context.Context, n forge.New) (forge.Pull, bool, error) {
	pulls, err := w.list(ctx, forge.Query{Base: n.Base, Head: n.Head, State: "open"})
	at := slices.IndexFunc(pulls, func(p forge.Pull) bool { return !p.NoBranch })
	if err != nil || at < 0 {
		return forge.Pull{}, false, err
	}
	return pulls[at], true, nil
}

// dress gives a pull that was just opened what it still lacks, its labels most of all.
func (w *work) dress(ctx context.Context, p forge.Pull, n forge.New) (forge.Pull, error) {
	return w.update(ctx, p.Number, forge.Change{Title: &n.Title, Body: &n.Body, Draft: &n.Draft, Labels: n.Labels})
}

func (w *work) Update(ctx context.Context, number int, c forge.Change) (p forge.Pull, err error) {
	defer w.odd(&err)
	p, err = w.update(ctx, number, c)
	return p, explain(w.host, err)
}

func (w *work) update(ctx context.Context, number int, c forge.Change) (forge.Pull, error) {
	for round := 1; ; round++ {
		now, err := w.lib.get(ctx, number)
		if err != nil {
			return forge.Pull{}, err
		}
		want := wanted(now, c)
		lacks := difference(now, want)
		add, remove := labelChange(now.Labels, c.Labels)
		if lacks == "" && len(add)+len(remove) == 0 {
			return now, nil
		}
		if round > rounds {
			if lacks == "" {
				lacks = "labels"
			}
			return forge.Pull{}, problem.ForgeMoved.With(number, lacks)
		}
		if lacks != "" {
			err = w.lib.write(ctx, now, want)
		}
		if err == nil && len(add)+len(remove) > 0 {
			err = w.lib.label(ctx, number, add, remove)
		}
		if err != nil && (!isLost(err) || round == rounds) {
			return forge.Pull{}, err
		}
	}
}

// wanted is now with the change made. A merged pull stays merged.
func wanted(now forge.Pull, c forge.Change) forge.Pull {
	want := now
	if c.Title != nil {
		want.Title = *c.Title
	}
	if c.Body != nil {
		want.Body = *c.Body
	}
	if c.Draft != nil {
		want.Draft = *c.Draft
	}
	if c.State != nil && now.State != "merged" {
		want.State = *c.State
	}
	return want
}

// difference names what differs, or "".
func difference(now, want forge.Pull) string {
	switch {
	case now.State != want.State:
		return "state"
	case !sameText(now.Title, want.Title):
		return "title"
	case !sameText(now.Body, want.Body):
		return "text"
	case now.Draft != want.Draft:
		return "draft"
	}
	return ""
}

// sameText: forges store other line ends, and trim.
func sameText(a, b string) bool { return plainText(a) == plainText(b) }

func plainText(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// labelChange is what to put on and what to take off. Labels are told apart as
// forges do it, whatever their case.
func labelChange(now, want []string) (add, remove []string) {
	if want == nil {
		return nil, nil
	}
	holds := func(list []string, name string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.EqualFold(s, name) })
	}
	for _, name := range want {
		if !holds(now, name) && !holds(add, name) {
			add = append(add, name)
		}
	}
	for _, name := range now {
		if strings.HasPrefix(strings.ToLower(name), forge.LabelPrefix) && !holds(want, name) {
			remove = append(remove, name)
		}
	}
	return add, remove
}

func (w *work) Comment(ctx context.Context, number int, marker, body string) (err error) {
	defer w.odd(&err)
	if marker == "" || !strings.Contains(body, marker) {
		return problem.ForgeMarker.With(marker)
	}
	return explain(w.host, w.comment(ctx, number, marker, body))
}

func (w *work) comment(ctx context.Context, number int, marker, body string) error {
	for round := 1; ; round++ {
		old, err := w.ours(ctx, number, marker, body)
		switch {
		case err != nil:
			return err
		case old != nil && sameText(old.body, body):
			return nil
		case old != nil:
			return w.lib.rewrite(ctx, number, old.id, body)
		}
		if err := w.lib.say(ctx, number, body); !isLost(err) || round == rounds {
			return err
		}
		if err := w.wait(ctx, firstWait<<round); err != nil {
			return err
		}
	}
}

// ours is the first comment of our own that holds the marker. Anybody can write
// the marker, and a token may be allowed to edit what others wrote. Where the
// token does not tell whose it is, nothing is edited: ours is the comment that
// says the very same, if there is one.
func (w *work) ours(ctx context.Context, number int, marker, body string) (*comment, error) {
	found, err := w.marked(ctx, number, marker)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	self, err := w.lib.self(ctx)
	switch f := asFault(err); {
	case err == nil:
	case f != nil && (f.status == http.StatusUnauthorized || f.status == http.StatusForbidden || f.status == http.StatusNotFound ||
		f.status == http.StatusUnprocessableEntity):
		self = ""
	default:
		return nil, err
	}
	for _, c := range found {
		if self != "" && strings.EqualFold(c.author, self) || self == "" && sameText(c.body, body) {
			return &c, nil
		}
	}
	return nil, nil
}

// marked lists the comments that hold the marker.
func (w *work) marked(ctx context.Context, number int, marker string) (found []comment, err error) {
	err = pages(func(page int) (int, error) {
		comments, next, err := w.lib.comments(ctx, number, page)
		for _, c := range comments {
			if strings.Contains(c.body, marker) {
				found = append(found, c)
			}
		}
		return next, err
	})
	return found, err
}

// errPages is a listing that comes back to a page that was read already.
var errPages = errors.New("its pages go round in a circle")
