package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// certificateTable adds a row per certificate. Certificates of webhooks that end on
// the same day and are used alike are one row.
func certificateTable(p *screen.Page, list []rotation.Expiry, at time.Time) {
	n := namesOf(list)
	var rows [][]screen.Text
	for _, g := range grouped(list) {
		x := g[0]
		name := n.short[x.Fingerprint]
		use, style := "", screen.Faint
		if x.InUse {
			use, style = "in use", health(x)
		}
		rows = append(rows, []screen.Text{
			screen.Bold.Say(name), screen.Say(groupWords(g)), screen.Say(x.Role), screen.Say(x.NotAfter.Format(dateOnly)),
			style.Say(left(x, at)), screen.Say(use), screen.Faint.Say(groupDetails(g)),
		})
	}
	p.Table([]screen.Column{{}, {Title: "certificate", Shrink: 20}, {Title: "role", Optional: 1}, {Title: "ends"}, {Title: "left"}, {},
		{Title: "fingerprint", Optional: 2}}, rows...)
}

// grouped puts webhooks together.
func grouped(list []rotation.Expiry) (groups [][]rotation.Expiry) {
	for _, x := range list {
		at := -1
		if isWebhook(x) {
			at = slices.IndexFunc(groups, func(g []rotation.Expiry) bool { return isWebhook(g[0]) && alike(g[0], x) })
		}
		if at < 0 {
			groups = append(groups, []rotation.Expiry{x})
		} else {
			groups[at] = append(groups[at], x)
		}
	}
	return groups
}

func isWebhook(x rotation.Expiry) bool { return x.Kind == "webhook" || x.Kind == "webhook-ca" }

// alike reports whether one row can stand for both.
func alike(a, b rotation.Expiry) bool {
	return a.Role == b.Role && a.InUse == b.InUse && a.Expired == b.Expired && a.NotYet == b.NotYet &&
		a.NotAfter.Format(dateOnly) == b.NotAfter.Format(dateOnly)
}

// groupWords is "issuer 2026-1", or "webhooks and CAs: proxyInjector, ...".
func groupWords(g []rotation.Expiry) string {
	if !isWebhook(g[0]) {
		return kindWords[g[0].Kind] + " " + g[0].Name
	}
	var hooks []string
	kinds := map[string]bool{}
	for _, x := range g {
		kinds[x.Kind] = true
		if !slices.Contains(hooks, x.Name) {
			hooks = append(hooks, x.Name)
		}
	}
	what := "webhook CA"
	switch {
	case len(kinds) == 2:
		what = "webhook and CA"
	case kinds["webhook"]:
		what = "webhook"
	}
	if len(hooks) == 1 {
		return what + " " + hooks[0]
	}
	return fmt.Sprintf("%ss (%d)", strings.Replace(what, " and CA", "s and CA", 1), len(hooks))
}

func groupDetails(g []rotation.Expiry) string {
	if len(g) == 1 {
		return g[0].Fingerprint[:16]
	}
	var hooks []string
	for _, x := range g {
		if !slices.Contains(hooks, x.Name) {
			hooks = append(hooks, x.Name)
		}
	}
	return strings.Join(hooks, ", ")
}

// left is how much of a certificate's life is left.
func left(x rotation.Expiry, at time.Time) string {
	switch {
	case x.Expired:
		return x.Ago(at)
	case x.NotYet:
		return "valid from " + x.NotBefore.Format(dateOnly)
	case x.DaysLeft == 1:
		return "1 day"
	case x.DaysLeft < 1:
		return "less than a day"
	}
	return fmt.Sprintf("%d days", x.DaysLeft)
}

// health is the style of a certificate in use: yellow when a rotation is due, red when
// less than 10 % of its life is left.
func health(x rotation.Expiry) screen.Style {
	life := x.NotAfter.Sub(x.NotBefore).Hours() / 24
	switch percent := 100 * float64(x.DaysLeft) / life; {
	case x.Expired || x.NotYet || percent < 10:
		return screen.Bad
	case percent < rotation.DuePercent:
		return screen.Warn
	}
	return screen.Good
}

// certificateDetails adds each certificate with its fingerprint (SHA-256) and its
// subject key identifier.
func certificateDetails(p *screen.Page, list []rotation.Expiry) {
	n := namesOf(list)
	for _, x := range list {
		words := fmt.Sprintf("%s %s, %s, not after %s (%d days)", kindWords[x.Kind], x.Name, x.Role, x.NotAfter.Format(time.RFC3339), x.DaysLeft)
		if x.InUse {
			words += ", in use"
		}
		p.Line(fmt.Sprintf("%-2s ", n.short[x.Fingerprint]), screen.Say(words))
		p.Line("   ", screen.Faint.Say("fingerprint "+x.Fingerprint))
		if x.KeyID != "" {
			p.Line("   ", screen.Faint.Say("key id "+x.KeyID))
		}
	}
}
