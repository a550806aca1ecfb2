package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/screen"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// names are short names of certificates in one report: A, B for anchors, a, b for
// issuers, x, y for cross certificates. They follow the order of the state file.
type names struct {
	short map[string]string // by fingerprint
	list  []rotation.Expiry
}

// alphabets of short names by kind. Kinds that are missing have none.
var alphabets = map[string]string{
	"anchor": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "retired": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
	"issuer": "abcdefghijklmnopqrstuvw", "retired-issuer": "abcdefghijklmnopqrstuvw",
	"cross": "xyz",
}

func namesOf(certificates []rotation.Expiry) names {
	n := names{short: map[string]string{}}
	used := map[string]int{}
	for _, x := range certificates {
		letters := alphabets[x.Kind]
		if letters == "" || n.short[x.Fingerprint] != "" {
			continue
		}
		i := used[letters]
		used[letters]++
		name := string(letters[i%len(letters)])
		if i >= len(letters) {
			name += fmt.Sprint(i / len(letters))
		}
		n.short[x.Fingerprint] = name
		n.list = append(n.list, x)
	}
	return n
}

// of is the short name of a certificate, or the beginning of its fingerprint.
func (n names) of(fingerprint string) string {
	if name := n.short[fingerprint]; name != "" {
		return name
	}
	return fingerprint[:min(8, len(fingerprint))]
}

// all are the short names of several certificates.
func (n names) all(fingerprints []string) string {
	list := make([]string, len(fingerprints))
	for i, f := range fingerprints {
		list[i] = n.of(f)
	}
	return strings.Join(list, " ")
}

// legend adds what the short names stand for, of those certificates that are used.
func (n names) legend(p *screen.Page, used [][]string) {
	all := slices.Concat(used...)
	var rows [][]screen.Text
	for _, x := range n.list {
		if !slices.Contains(all, x.Fingerprint) {
			continue
		}
		fingerprint := x.Fingerprint[:8]
		if p.View().Verbose {
			fingerprint = x.Fingerprint
		}
		rows = append(rows, []screen.Text{
			screen.Bold.Say(n.of(x.Fingerprint)), screen.Say(kindWords[x.Kind]), screen.Say(x.Name), screen.Say(x.Role),
			screen.Faint.Say(fingerprint), screen.Say("until " + x.NotAfter.Format(dateOnly)),
		})
	}
	p.Table([]screen.Column{{}, {}, {Shrink: 10}, {Optional: 1}, {Shrink: 16}, {}}, rows...)
}

const dateOnly = "2006-01-02"

// kindWords are the kinds of certificates for people.
var kindWords = map[string]string{
	"anchor": "trust anchor", "issuer": "issuer", "cross": "cross certificate", "webhook": "webhook", "webhook-ca": "webhook CA",
	"retired": "retired anchor", "retired-issuer": "retired issuer",
}
