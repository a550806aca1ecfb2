package keyfile

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/custody/keyuse"
	"github.com/l5d-pki/l5d-pki-render/internal/report"
	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// KeyStatus is one key file.
type KeyStatus struct {
	Path        string   `json:"path"`
	Of          string   `json:"of"`
	Certificate string   `json:"certificate"`
	Recipients  []string `json:"recipients,omitempty"`
	Passphrase  bool     `json:"passphrase,omitempty"`
	// Verdict is "ok", or what is wrong.
	Verdict string `json:"verdict"`
	bad     bool
}

// Status lists the key files of a state, for people and programs.
type Status struct {
	Custody string      `json:"custody"`
	Keys    []KeyStatus `json:"keys"`
}

// StatusOf looks at every key that the custody's state names, and opens none that is sealed.
func StatusOf(c *custody.Custody) (Status, error) {
	r := Status{Custody: c.Name}
	all, err := render.NamedKeys(c.State)
	if err != nil {
		return r, err
	}
	wrong := CheckAll(c, all)
	for i, k := range all {
		r.Keys = append(r.Keys, statusOf(c, k, wrong[i]))
	}
	var known *keyuse.Known // read where a key is to be destroyed
	for i, anchor := range c.State.Status.Retired {
		if anchor.Key == "" {
			continue
		}
		k, err := retiredKey(anchor, i)
		if err != nil {
			return r, err
		}
		key := statusOf(c, k, CheckAll(c, []render.NamedKey{k})[0])
		key.bad = false
		if key.Verdict == "ok" || key.Verdict == problem.CustodyOldRecipients.Text || key.Verdict == problem.CustodyForOthers.Text {
			if known == nil {
				known = keyuse.Look(c.StatePath, c.State)
			}
			key.Verdict = retiredVerdict(known.Advise(c.StatePath, anchor.Key, []render.NamedKey{k}, keyuse.Held(c.State)))
		}
		r.Keys = append(r.Keys, key)
	}
	return r, nil
}

// retiredVerdict says what becomes of the key file of a retired anchor.
func retiredVerdict(a keyuse.Advice) string {
	if !a.Destroyed() {
		return "of a retired anchor, and needed: leave it; " + a.Reason()
	}
	said := "of a retired anchor: never sealed anew; destroy it"
	if len(a.Copies) > 0 {
		said += ", and leave " + strings.Join(a.Copies, ", ") + ", which has the same key"
	}
	if a.Unseen != "" {
		said += ", unless one of these needs it: " + a.Unseen
	}
	return said + " (" + a.Looked + ")"
}

// retiredKey is the key of an anchor that no phase delivers any more. It signs
// nothing again, so that new recipients have no use for it.
func retiredKey(anchor state.Anchor, i int) (render.NamedKey, error) {
	where := fmt.Sprintf("status.retired[%d]", i)
	chain, err := pki.ParseChain([]byte(anchor.Certificate))
	if err != nil {
		return render.NamedKey{}, problem.Of(err).Under(where + ".certificate").Err()
	}
	return render.NamedKey{Name: anchor.Name, Path: anchor.Key, Where: where, Certificate: chain[0]}, nil
}

func statusOf(c *custody.Custody, k render.NamedKey, wrong error) KeyStatus {
	r := KeyStatus{Path: k.Path, Of: k.Where, Certificate: k.Certificate.Fingerprint()[:16], Verdict: "ok"}
	if c.Refers() {
		r.Verdict = "a reference: no file here holds the key"
		return r
	}
	if file, unread := Read(c, k.Path); unread == nil && c.Facts != nil {
		facts, _ := c.Facts(file) // what is wrong with them is in wrong
		r.Recipients, r.Passphrase = facts.Recipients, facts.Passphrase
		clear(file)
	}
	if problems := problem.Of(wrong); len(problems) > 0 {
		r.Verdict = problems[0].Text
		r.bad = problems[0].Code != problem.CustodyOldRecipients.Code
	}
	return r
}

// Failed reports whether a key cannot be used. One that is sealed for earlier
// recipients can be, and one of a retired anchor is needed no more.
func (r Status) Failed() bool {
	return slices.ContainsFunc(r.Keys, func(k KeyStatus) bool { return k.bad })
}

// sealedFor says in words who can open a key file.
func sealedFor(c *custody.Custody, file []byte) string {
	if c.Facts == nil {
		return "custody " + c.Name
	}
	facts, err := c.Facts(file)
	switch {
	case err != nil:
		return "custody " + c.Name
	case facts.Passphrase:
		return "a passphrase"
	case len(facts.Recipients) == 0:
		return "custody " + c.Name
	}
	return strings.Join(facts.Recipients, ", ")
}

// Data implements [report.Report], as Text and Markdown do.
func (r Status) Data() any { return r }

func (r Status) rows() [][]string {
	rows := [][]string{{"key file", "of", "certificate", "for", "verdict"}}
	for _, k := range r.Keys {
		who := strings.Join(k.Recipients, ", ")
		if k.Passphrase {
			who = "a passphrase"
		}
		rows = append(rows, []string{k.Path, k.Of, k.Certificate, who, k.Verdict})
	}
	return rows
}

// Text is for a terminal.
func (r Status) Text() string {
	p := screen.New(screen.View{})
	r.Page(p)
	return p.String()
}

// Page adds a row per key. Recipients are cut short unless the view is verbose.
func (r Status) Page(p *screen.Page) {
	if len(r.Keys) == 0 {
		p.Line("", screen.Say(fmt.Sprintf("custody %s: the state names no key", r.Custody)))
		return
	}
	p.Line("", screen.Say("custody "+r.Custody))
	p.Blank()
	var rows [][]screen.Text
	for i, k := range r.Keys {
		row := r.rows()[i+1]
		if !p.View().Verbose {
			row[1], row[2], row[3] = strings.TrimPrefix(row[1], "status."), row[2][:8], shortRecipients(k.Recipients, row[3])
		}
		verdict := screen.Good
		if k.bad {
			verdict = screen.Bad
		} else if k.Verdict != "ok" {
			verdict = screen.Warn
		}
		rows = append(rows, []screen.Text{screen.Say(row[0]), screen.Say(row[1]), screen.Say(row[2]), screen.Say(row[3]), verdict.Say(row[4])})
	}
	titles := r.rows()[0]
	p.Table([]screen.Column{{Title: titles[0], Shrink: 20}, {Title: titles[1], Optional: 1, Shrink: 10}, {Title: titles[2], Optional: 2},
		{Title: titles[3], Shrink: 12}, {Title: titles[4], Wraps: true}}, rows...)
}

// shortRecipients are the beginnings of recipients, which tell those of one team apart.
func shortRecipients(recipients []string, all string) string {
	const enough = 12
	var short []string
	for _, r := range recipients {
		if len(r) > enough {
			r = r[:enough] + "…"
		}
		short = append(short, r)
	}
	if len(short) == 0 {
		return all
	}
	return strings.Join(short, ", ")
}

// Markdown is for a pull request.
func (r Status) Markdown() string {
	return fmt.Sprintf("Custody `%s`\n\n%s", r.Custody, report.MarkdownTable(report.MarkdownRows(r.rows())))
}
