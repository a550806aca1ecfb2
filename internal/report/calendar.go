package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// ICS is the format of calendars (RFC 5545).
const ICS = "ics"

// dated is a report that can be put into a calendar.
type dated interface{ Calendar() []byte }

// Calendar has an event for each commit that is still to be made, at the earliest
// instant, and one for the end of each certificate, with an alarm before it. The same
// plan is the same bytes: imported again, events replace themselves.
func (r Plan) Calendar() []byte {
	c := calendar{}
	c.line("BEGIN:VCALENDAR")
	c.line("VERSION:2.0")
	c.line("PRODID:-//l5d-pki-render//plan//EN")
	for i, row := range r.Rows {
		if row.Done || row.Passed {
			continue
		}
		about := "needs: " + Needs(row.Needs)
		if len(row.Needs) == 0 {
			about = "needs nothing"
		}
		c.begin(fmt.Sprintf("%s-%d-%s", r.Kind, i+1, row.Phase), row.Earliest)
		c.line("DTSTART:" + utc(row.Earliest))
		c.text("SUMMARY", fmt.Sprintf("Linkerd PKI: %s can be merged", row.Phase))
		c.text("DESCRIPTION", about+"; "+RevertWords(row))
		c.line("END:VEVENT")
	}
	for _, x := range r.Certificates {
		c.end(x)
	}
	c.line("END:VCALENDAR")
	return []byte(c.out.String())
}

type calendar struct{ out strings.Builder }

func (c *calendar) begin(id string, stamp time.Time) {
	c.line("BEGIN:VEVENT")
	c.line("UID:" + id + "@l5d-pki-render")
	c.line("DTSTAMP:" + utc(stamp))
}

// end is the event of a certificate's end. The alarm comes when 10 % of its life is left.
func (c *calendar) end(x rotation.Expiry) {
	c.begin(x.Fingerprint, x.NotBefore)
	c.line("DTSTART:" + utc(x.NotAfter))
	c.text("SUMMARY", fmt.Sprintf("Linkerd PKI: %s %s ends", kindWords[x.Kind], x.Name))
	c.text("DESCRIPTION", "fingerprint "+x.Fingerprint)
	c.line("BEGIN:VALARM")
	c.line("ACTION:DISPLAY")
	c.text("DESCRIPTION", "a certificate of Linkerd ends soon")
	c.line(fmt.Sprintf("TRIGGER:-P%dD", max(1, int(x.NotAfter.Sub(x.NotBefore).Hours()/240))))
	c.line("END:VALARM")
	c.line("END:VEVENT")
}

// text is a property whose value is text (RFC 5545, 3.3.11).
func (c *calendar) text(name, value string) {
	c.line(name + ":" + strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\n", `\n`, "\r", "").Replace(value))
}

// line folds a content line after at most 75 octets (RFC 5545, 3.1), between characters.
func (c *calendar) line(text string) {
	const most = 75
	used := 0
	for _, r := range text {
		if used += len(string(r)); used > most {
			c.out.WriteString("\r\n ")
			used = 1 + len(string(r))
		}
		c.out.WriteRune(r)
	}
	c.out.WriteString("\r\n")
}

func utc(at time.Time) string { return at.UTC().Format("20060102T150405Z") }
