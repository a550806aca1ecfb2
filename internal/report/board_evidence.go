package report

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/picture"
	"github.com/l5d-pki/l5d-pki-render/internal/report/document"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// seenMost is how many rows of an observation are listed.
const seenMost = 200

// evidence is what is known of the live clusters, from where, and since when. What is
// not known is said to be unknown.
func (b Board) evidence() (blocks []document.Block) {
	own := slices.ContainsFunc(b.Evidence.Observations, func(o *rotation.Observation) bool { return o.Cluster == b.Status.Cluster })
	if !own {
		blocks = append(blocks, document.Callout{Look: document.Warn, Title: "Unknown: nobody brought an observation of this cluster.", Items: []document.Line{
			document.Say("What its pods hold, serve and sign with is unknown, and what is unknown opens no gate."),
			document.Say("This reads the cluster:").And(document.Code.Say("l5d-pki-render observe --to observation.yaml")),
		}})
	}
	for i, o := range b.Evidence.Observations {
		blocks = append(blocks, document.Heading{ID: fmt.Sprintf("seen-%d", i+1), Title: fmt.Sprintf("Cluster %s, seen at %s", o.Cluster, o.At)})
		blocks = append(blocks, b.observation(o)...)
	}
	if len(b.Evidence.Assumptions) > 0 {
		c := document.Callout{Look: document.Warn, Title: "A person's word stands in for evidence"}
		for _, a := range b.Evidence.Assumptions {
			c.Items = append(c.Items, document.Code.Say("%s", string(a.Code)).And(document.Say("because %s", WithoutPEM(a.Because))))
		}
		blocks = append(blocks, c)
	}
	if links := b.links(); len(links.Rows) > 0 {
		blocks = append(blocks, document.Heading{ID: "links", Title: "Linked clusters"}, links)
	}
	if len(b.Evidence.Earlier) > 0 {
		t := document.Table{Caption: "Observations that earlier moves were made on; waits are counted from them", Head: []string{"cluster", "seen at"}}
		for _, o := range b.Evidence.Earlier {
			t.Rows = append(t.Rows, []document.Line{document.Say("%s", o.Cluster), document.Say("%s", o.At)})
		}
		blocks = append(blocks, t)
	}
	return blocks
}

func (b Board) observation(o *rotation.Observation) []document.Block {
	age := "Its age is unknown."
	if at, err := time.Parse(time.RFC3339, o.At); err == nil {
		age = "Taken " + picture.Span(b.Status.At.Sub(at)) + " before this report."
	}
	blocks := []document.Block{document.Paragraph(document.Say("%s", age)), coverage(o), sources(o), b.seen(o)}
	if unseen := o.NotShown(); len(unseen) > 0 {
		c := document.Callout{Look: document.Warn, Title: "Unknown: the observation does not show this"}
		for _, line := range unseen {
			c.Items = append(c.Items, document.Say("%s", line))
		}
		blocks = append(blocks, c)
	}
	return blocks
}

// coverage is which groups of pods were seen whole.
func coverage(o *rotation.Observation) document.Table {
	t := document.Table{Caption: "Groups of pods in cluster " + o.Cluster, Head: []string{"group", "seen", "pods"}}
	whole := o.Covered()
	for _, g := range rotation.Groups {
		seen, pods := document.Warn.Say("unknown: not seen whole"), document.Warn.Say("unknown")
		if slices.Contains(whole, g) {
			seen = document.Good.Say("whole")
		}
		if n, counted := o.Pods(g); counted {
			pods = document.Say("%d", n)
		}
		t.Rows = append(t.Rows, []document.Line{document.Say("%s", g), seen, pods})
	}
	return t
}

// sources is where each kind of fact was read, and how well it is known.
func sources(o *rotation.Observation) document.Table {
	t := document.Table{Caption: "Sources of facts in cluster " + o.Cluster, Head: []string{"fact", "source", "how well it is known"}}
	for _, name := range rotation.FactNames {
		known := false
		for _, f := range o.Facts {
			if f.Fact != name {
				continue
			}
			known = true
			how := document.Good.Say("read where it is in force")
			if f.Exactness == rotation.InferredFact {
				how = document.Warn.Say("inferred from something else")
			}
			t.Rows = append(t.Rows, []document.Line{document.Say("%s", strings.TrimSpace(name+" "+f.Group)), document.Say("%s", f.Source), how})
		}
		if !known {
			t.Rows = append(t.Rows, []document.Line{document.Say("%s", name), document.Warn.Say("unknown: the observation names no source"), {}})
		}
	}
	return t
}

// seen is what was seen of the control plane, identity and the proxies.
func (b Board) seen(o *rotation.Observation) document.Table {
	t := document.Table{Caption: "What was seen in cluster " + o.Cluster,
		Head: []string{"who", "pods", "holds", "serves or signs with", "leaves end"}, None: "The observation shows no pod."}
	add := func(who string, pods int, bundle, chain document.Line, leaf rotation.Span) {
		ends := document.Line{}
		if leaf.First != "" {
			ends = document.Say("%s to %s", leaf.First, leaf.Last)
		}
		count := document.Say("%d", pods)
		if pods == 0 {
			count = nil // no pods have it
		}
		t.Rows = append(t.Rows, []document.Line{document.Say("%s", who), count, bundle, chain, ends})
	}
	if o.ControlPlane.TrustRoots != nil {
		add("ConfigMap linkerd-identity-trust-roots", 0, b.known(o.ControlPlane.TrustRoots), document.Line{}, rotation.Span{})
	}
	for _, i := range o.ControlPlane.Injectors {
		add("injector "+i.Pod, 1, b.known(i.Bundle), document.Line{}, rotation.Span{})
	}
	for _, r := range o.Identity {
		add("identity "+r.Pod, 1, b.known(r.Bundle), b.known(r.Issuer), rotation.Span{})
	}
	for _, e := range o.Endpoints {
		chain := b.known(e.Chain)
		if e.NoChain {
			chain = document.Say("none yet")
		}
		add(strings.TrimSpace(strings.Join([]string{e.Group, e.Namespace, e.Workload}, " ")), e.Pods(), b.known(e.Bundle), chain, e.Leaf.Expires)
	}
	for _, h := range o.Webhooks {
		add("webhook "+h.Name, h.Pods, b.known(h.CABundle), b.known(h.Served), rotation.Span{})
	}
	if more := len(t.Rows) - seenMost; more > 0 {
		t.Rows = append(t.Rows[:seenMost], []document.Line{document.Say("%d more rows are not listed", more), {}, {}, {}, {}})
	}
	return t
}

func (b Board) known(fingerprints []string) document.Line {
	if fingerprints == nil {
		return document.Warn.Say("unknown")
	}
	return document.Say("%s", b.names.all(fingerprints))
}

// links is what is known of the clusters that share trust.
func (b Board) links() document.Table {
	t := document.Table{Caption: "Clusters that share trust with this one", Head: []string{"cluster", "known by"}}
	for _, l := range b.State.Spec.Links {
		known := document.Warn.Say("unknown")
		if slices.ContainsFunc(b.Evidence.Links, func(s rotation.LinkedState) bool { return s.Name == l.Name && s.State != nil }) {
			known = document.Say("its state file: what it delivers, not what its pods hold")
		}
		for _, o := range b.Evidence.Observations {
			if o.Cluster == l.Name {
				known = document.Good.Say("an observation of %s", o.At)
			}
		}
		t.Rows = append(t.Rows, []document.Line{document.Say("%s", l.Name), known})
	}
	return t
}

// log is every move, with what a person answered for.
func (b Board) log() []document.Block {
	entries := b.Status.Log
	t := document.Table{Caption: "Every move, the oldest first; each entry is chained to the one before by its SHA-256", Head: []string{"epoch", "at", "move", "why", "on whose word", "evidence"}, None: "The log has no entries."}
	for _, e := range entries {
		t.Rows = append(t.Rows, []document.Line{
			document.Say("%d", e.Epoch), document.Say("%s", e.At), document.Say("%s", moveWords(e)), document.Say("%s", WithoutPEM(e.Why)), word(e), orNone(document.Code, Short([]string{e.Evidence}), "none"),
		})
	}
	if len(entries) == 0 {
		return []document.Block{t}
	}
	return []document.Block{t, document.Facts{{Name: "SHA-256 of the last entry, which covers all of them", Value: document.Code.Say("%s", entries[len(entries)-1].Digest())}}}
}

// moveWords is what was done, without the reasons.
func moveWords(e state.LogEntry) string {
	e.Why, e.Assumed, e.DowntimeAccepted, e.Ahead = "", nil, false, false
	return e.Sentence()
}

// word is what a person answered for: assumed, forced, downtime accepted.
func word(e state.LogEntry) (l document.Line) {
	for _, a := range e.Assumed {
		if a.Forced {
			l = l.And(document.Bad.Say("FORCED against what was known:"))
		}
		l = l.And(document.Warn.Say("assumed %s", a.Code)).And(document.Say("because %s.", WithoutPEM(a.Because)))
	}
	if e.DowntimeAccepted {
		l = l.And(document.Bad.Say("DOWNTIME ACCEPTED."))
	}
	if e.Ahead {
		l = l.And(document.Warn.Say("Prepared before its gate was open."))
	}
	return l
}
