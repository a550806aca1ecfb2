package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// The canonical forms are fixed for good: these digests may never change.
func TestDigestIsFixed(t *testing.T) {
	tests := []struct {
		entry LogEntry
		form  string
	}{
		{LogEntry{}, `{"epoch":0,"phase":"","at":"","move":"","kind":"","strategy":"","issuer":"","replaced":"","why":"","assumed":[],"downtimeAccepted":false,"ahead":false,"evidence":"","previous":""}`},
		{LogEntry{Epoch: 3, Phase: "anchor-added", At: "2026-11-03T09:30:00Z", Move: MoveStart, Kind: KindAnchor, Strategy: StrategyBundle, Why: "<é> & \"x\"\n",
			Assumed: []Assumed{{"WAVE-DONE", "seen", false}}, DowntimeAccepted: true, Ahead: true, Evidence: "ee", Previous: "ff"},
			`{"epoch":3,"phase":"anchor-added","at":"2026-11-03T09:30:00Z","move":"start","kind":"anchor","strategy":"bundle","issuer":"","replaced":"","why":"<é> & \"x\"\n","assumed":[{"code":"WAVE-DONE","because":"seen"}],"downtimeAccepted":true,"ahead":true,"evidence":"ee","previous":"ff"}`},
		{LogEntry{Epoch: 3, Phase: "anchor-added", At: "2026-11-03T09:30:00Z", Move: MoveLegacy, Why: "<é> & \"x\"\n"},
			`{"epoch":3,"phase":"anchor-added","at":"2026-11-03T09:30:00Z","why":"<é> & \"x\"\n","evidence":"","previous":""}`},
	}
	for _, test := range tests {
		sum := sha256.Sum256([]byte(test.form))
		if got := test.entry.Digest(); got != hex.EncodeToString(sum[:]) {
			t.Errorf("the canonical form is no longer %s", test.form)
		}
	}
	const fixed = "45faee428a2f11cff8c10e9952f25c9adf59264350643991691bbe80b6a55715" // of the log's first form
	if got := (LogEntry{Epoch: 1, Phase: PhaseStable, At: "2026-01-01T00:00:00Z", Move: MoveLegacy, Why: "init"}).Digest(); got != fixed {
		t.Errorf("digest %s, want %s", got, fixed)
	}
}

// Every field counts: an entry that differs in any of them, at any depth, is
// another entry, for one with fields and for one that was migrated.
func TestDigestCoversEveryField(t *testing.T) {
	full := LogEntry{Epoch: 3, Phase: PhaseAnchorAdded, At: "2026-11-03T09:30:00Z", Move: MoveAdvance, Kind: KindAnchor, Strategy: StrategyBundle, Why: "w",
		Assumed: []Assumed{{"WAVE-DONE", "seen", false}}, Evidence: strings.Repeat("e", 64), Previous: strings.Repeat("f", 64)}
	for name, entry := range map[string]LogEntry{"with fields": full, "migrated": {Move: MoveLegacy, Why: "w"}, "empty": {}} {
		v := reflect.TypeFor[LogEntry]()
		for i := range v.NumField() {
			other := entry
			other.Assumed = slices.Clone(entry.Assumed)
			switch f := reflect.ValueOf(&other).Elem().Field(i); f.Kind() {
			case reflect.String:
				f.SetString(f.String() + "x")
			case reflect.Int64:
				f.SetInt(f.Int() + 1)
			case reflect.Bool:
				f.SetBool(!f.Bool())
			case reflect.Slice:
				other.Assumed = append(other.Assumed, Assumed{"BUNDLE-LOADED", "x", false})
			default:
				t.Fatalf("a field of kind %s is not tested", f.Kind())
			}
			if Continues([]LogEntry{entry}, []LogEntry{other}) == nil {
				t.Errorf("%s: the digest does not cover %s", name, v.Field(i).Name)
			}
		}
	}
	for _, assumed := range [][]Assumed{nil, {{"WAVE-DONE", "seeN", false}}, {{"RETIRED-GONE", "seen", false}}, {{"WAVE-DONE", "seen", false}, {"WAVE-DONE", "seen", false}}} {
		other := full
		other.Assumed = assumed
		if Continues([]LogEntry{full}, []LogEntry{other}) == nil {
			t.Errorf("the digest does not tell %v from %v", full.Assumed, assumed)
		}
	}
}

// Text cannot move from one field to another without changing the digest.
func TestDigestKeepsFieldsApart(t *testing.T) {
	text := rapid.StringMatching(`["{},:a\\]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a := LogEntry{Why: text.Draw(t, "why"), Kind: text.Draw(t, "kind"), Assumed: []Assumed{{text.Draw(t, "code"), text.Draw(t, "because"), false}}}
		b := LogEntry{Why: text.Draw(t, "why"), Kind: text.Draw(t, "kind"), Assumed: []Assumed{{text.Draw(t, "code"), text.Draw(t, "because"), false}}}
		if (a.Digest() == b.Digest()) != reflect.DeepEqual(a, b) {
			t.Fatalf("%+v and %+v", a, b)
		}
	})
}

// Continues refuses a log in which an entry was dropped, moved or edited.
func TestContinues(t *testing.T) {
	before := logOf(at(KindAnchor, StrategyBundle, PhaseAnchorAdded), 4)
	last := before[3].At
	for _, at := range []string{last, "2026-12-01T00:00:01Z", "2027-01-01T00:00:00Z"} {
		if err := Continues(before, append(slices.Clone(before), LogEntry{At: at})); err != nil {
			t.Error("a log that grew: ", err)
		}
	}
	swapped := slices.Clone(before)
	swapped[1], swapped[2] = swapped[2], swapped[1]
	edited := slices.Clone(before)
	edited[0].Ahead = true
	for name, now := range map[string][]LogEntry{
		"the last dropped": before[:3], "the first dropped": before[1:], "one between dropped": slices.Delete(slices.Clone(before), 1, 2),
		"two swapped": swapped, "one edited": edited, "emptied": nil,
	} {
		if err := Continues(before, now); problem.Of(err)[0].Code != problem.StateLogRewritten.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A new entry does not lie before the one that it follows, whichever of the new
// ones it is; what the older version had already is not judged.
func TestContinuesInTime(t *testing.T) {
	log := func(at ...string) []LogEntry {
		var all []LogEntry
		for i, a := range at {
			all = Append(all, LogEntry{Epoch: int64(i), At: "2026-11-" + a + "Z"})
		}
		return all
	}
	for name, c := range map[string]struct {
		kept int
		log  []LogEntry
		fits bool
	}{
		"a second before":         {2, log("01T00:00:00", "02T00:00:00", "01T23:59:59"), false},
		"before the first":        {2, log("03T00:00:00", "04T00:00:00", "02T00:00:00"), false},
		"the second of two new":   {1, log("01T00:00:00", "03T00:00:00", "02T00:00:00"), false},
		"a log that is new":       {0, log("02T00:00:00", "01T00:00:00"), false},
		"at the same instant":     {2, log("01T00:00:00", "02T00:00:00", "02T00:00:00"), true},
		"later":                   {1, log("01T00:00:00", "02T00:00:00", "03T00:00:00"), true},
		"old entries out of time": {2, log("03T00:00:00", "01T00:00:00", "02T00:00:00"), true},
		"the first entry":         {0, log("01T00:00:00"), true},
	} {
		err := Continues(c.log[:c.kept], c.log)
		if c.fits != (err == nil) || err != nil && problem.Of(err)[0].Code != problem.StateLogBackdated.Code {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAppendChains(t *testing.T) {
	var log []LogEntry
	for i := range 3 {
		log = Append(log, LogEntry{Epoch: int64(i), Previous: "replaced"})
	}
	if log[0].Previous != "" || log[1].Previous != log[0].Digest() || log[2].Previous != log[1].Digest() {
		t.Error("the entries are not chained")
	}
	short := log[:1]
	Append(short, LogEntry{Epoch: 9})
	if log[1].Epoch != 1 {
		t.Error("Append wrote over the entries of a longer log")
	}
}

// Each move has its own fields.
func TestEntriesAreRefused(t *testing.T) {
	good := func() *Rotation {
		r := at(KindAnchor, StrategyBundle, PhaseAnchorSpread)
		r.Status.Log = logOf(r, 1)
		r.Status.Log[0].Evidence = strings.Repeat("e", 64)
		r.Status.Log[0].Assumed = []Assumed{{"WAVE-DONE", "seen", false}}
		return r
	}
	if err := good().Validate(); err != nil {
		t.Fatal(said(err))
	}
	hex64 := strings.Repeat("a", 64)
	for name, c := range map[string]struct {
		spoil func(e *LogEntry)
		want  problem.Code
	}{
		"no move":                      {func(e *LogEntry) { e.Move = "" }, problem.StateChoice.Code},
		"an unknown move":              {func(e *LogEntry) { e.Move = "jump" }, problem.StateChoice.Code},
		"a move and more":              {func(e *LogEntry) { e.Move = "advance; downtime accepted" }, problem.StateChoice.Code},
		"no kind":                      {func(e *LogEntry) { e.Kind = "" }, problem.StateChoice.Code},
		"no strategy":                  {func(e *LogEntry) { e.Strategy = "" }, problem.StateStrategy.Code},
		"a strategy of no kind":        {func(e *LogEntry) { e.Kind = KindRenew }, problem.StateStrategy.Code},
		"another rotation":             {func(e *LogEntry) { e.Kind, e.Strategy = KindReplace, "" }, problem.StateLogField.Code},
		"abandoned, but not stable":    {func(e *LogEntry) { e.Move = MoveAbandon }, problem.StateLogField.Code},
		"an unknown need":              {func(e *LogEntry) { e.Assumed[0].Code = "ALL-IS-WELL" }, problem.StateChoice.Code},
		"a need in lower case":         {func(e *LogEntry) { e.Assumed[0].Code = "wave-done" }, problem.StateChoice.Code},
		"a need without a reason":      {func(e *LogEntry) { e.Assumed[0].Because = " \n" }, problem.StateLogField.Code},
		"a need twice":                 {func(e *LogEntry) { e.Assumed = append(e.Assumed, Assumed{"WAVE-DONE", "again", false}) }, problem.StateLogField.Code},
		"assumed without evidence":     {func(e *LogEntry) { e.Evidence = "" }, problem.StateLogField.Code},
		"evidence that is no digest":   {func(e *LogEntry) { e.Evidence = "yes" }, problem.StateDigest.Code},
		"an issuer in an advance":      {func(e *LogEntry) { e.Issuer = hex64 }, problem.StateLogField.Code},
		"a replaced one in an advance": {func(e *LogEntry) { e.Replaced = hex64 }, problem.StateLogField.Code},
		"why is not UTF-8":             {func(e *LogEntry) { e.Why = "\xff" }, problem.StateLogField.Code},
		"because is blank":             {func(e *LogEntry) { e.Assumed[0].Because = "\u200b\u3164 \t" }, problem.StateLogField.Code},
		"because is not UTF-8":         {func(e *LogEntry) { e.Assumed[0].Because = "a\xc3" }, problem.StateLogField.Code},
		"init with a kind": {func(e *LogEntry) {
			*e = LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveInit, Kind: KindAnchor}
		}, problem.StateLogField.Code},
		"adopt that accepts downtime": {func(e *LogEntry) {
			*e = LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveAdopt, DowntimeAccepted: true}
		}, problem.StateLogField.Code},
		"adopt ahead": {func(e *LogEntry) {
			*e = LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveAdopt, Ahead: true}
		}, problem.StateLogField.Code},
		"legacy that assumes": {func(e *LogEntry) {
			*e = LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveLegacy, Assumed: e.Assumed}
		}, problem.StateLogField.Code},
		"reissue without its issuers": {func(e *LogEntry) { *e = LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveReissue} }, problem.StateDigest.Code},
		"a second entry that adopts": {func(e *LogEntry) {
			*e = LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveAdopt, Previous: "x"}
		}, ""},
	} {
		r := good()
		c.spoil(&r.Status.Log[0])
		if c.want == "" {
			first := LogEntry{Epoch: r.Status.Epoch, Phase: r.Status.Phase, At: "2026-11-01T00:00:00Z", Move: MoveAdopt}
			r.Status.Log = Append([]LogEntry{first}, r.Status.Log[0])
			c.want = problem.StateLogField.Code
		}
		mustRefuse(t, r, c.want, name)
	}
}

// oldText is the sample with the log that an earlier version wrote: two entries,
// whose sentences spell every field.
func oldText(t testing.TB) []byte {
	t.Helper()
	log, err := os.ReadFile("testdata/old-log.yaml")
	if err != nil {
		t.Fatal(err)
	}
	text := string(sample(t))
	i := strings.Index(text, "  log:\n")
	return []byte(text[:i] + string(log) + "# The end.\n")
}

// The old form is refused, unless the caller reads what was reviewed; then it
// says no more than it did, and keeps its chain.
func TestOldForm(t *testing.T) {
	old := oldText(t)
	_, err := Parse("f", old)
	list := problem.Of(err)
	if len(list) != 1 || list[0].Code != problem.StateLogOld.Code || list[0].Line != 74 || !strings.Contains(list[0].Hints[0], "l5d-pki-render log --migrate") {
		t.Errorf("got %q", said(err))
	}
	r, err := ParseLegacy("f", old)
	if err != nil {
		t.Fatal(said(err))
	}
	for _, e := range r.Status.Log {
		if want := (LogEntry{Epoch: e.Epoch, Phase: e.Phase, At: e.At, Move: MoveLegacy, Why: e.Why, Evidence: e.Evidence, Previous: e.Previous}); !reflect.DeepEqual(e, want) {
			t.Errorf("%+v says more than it did", e)
		}
	}
	text := mustUpdate(t, old, r)
	if want := strings.ReplaceAll(string(old), "why: ", "move: legacy\n    why: "); sorted(text) != sorted(want) {
		t.Errorf("the migration changes more than the log:\n%s", text)
	}
	again := mustParse(t, []byte(text))
	if err := Continues(r.Status.Log, again.Status.Log); err != nil {
		t.Error(err)
	}
}

// sorted has the lines of a text in order: where a new key stands does not matter.
func sorted(text string) string {
	lines := strings.Split(text, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// A move migrates the file that it writes, in every layout.
func TestUpdateMigrates(t *testing.T) {
	old := oldText(t)
	layouts := map[string][]byte{
		"block": old, "CRLF": bytes.ReplaceAll(old, []byte("\n"), []byte("\r\n")), "JSON": asJSON(t, old),
		"flow": []byte(strings.Replace(string(sample(t)), "    move: start\n    kind: anchor\n    strategy: bundle\n", "", 1)),
	}
	layouts["flow"] = []byte(strings.Replace(string(layouts["flow"]), "  log:\n  - epoch: 1\n    phase: anchor-added\n    at: \"2026-11-03T09:30:00Z\"\n    why: the anchor of 2025 ends in spring\n",
		"  log: [{epoch: 1, phase: anchor-added, at: \"2026-11-03T09:30:00Z\", why: x}] # short\n", 1))
	for name, data := range layouts {
		now, err := ParseLegacy("f", data)
		if err != nil {
			t.Fatal(name, said(err))
		}
		next := now.Clone()
		next.Status.Epoch++
		next.Status.Phase = PhaseAnchorSpread
		next.Status.Log = Append(next.Status.Log, entryOf(next, "y"))
		written := mustParse(t, []byte(mustUpdate(t, data, next)))
		if err := Continues(now.Status.Log, written.Status.Log); err != nil || len(written.Status.Log) != len(now.Status.Log)+1 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What an old log may not do: hold the fields of a new one, follow it, or be
// broken in itself.
func TestOldFormIsStrict(t *testing.T) {
	for name, c := range map[string]struct{ from, to, want string }{
		"a field beside":       {"    why: \"start", "    ahead: true\n    why: \"start", "the key \"move\" is missing"},
		"an unknown field":     {"    why: \"start", "    wyh: x\n    why: \"start", "there is no key \"wyh\" here"},
		"a misspelt field":     {"    why: \"start", "    moev: start\n    why: \"start", "there is no key \"moev\" here"},
		"a field twice":        {"    why: \"start", "    why: x\n    why: \"start", "is set twice"},
		"no why":               {"    why: \"start", "    previous: \"\" # ", "the key \"why\" is missing"},
		"a changed sentence":   {"why: init", "why: innit", "the chain is broken here"},
		"an empty entry":       {"  log:\n", "  log:\n  - {}\n", "is missing"},
		"an old one after new": {"    why: init", "    move: init", "an old entry follows one that is not old"},
	} {
		text := string(oldText(t))
		if strings.Count(text, c.from) != 1 {
			t.Fatalf("%s: %q stands %d times", name, c.from, strings.Count(text, c.from))
		}
		_, err := ParseLegacy("f", []byte(strings.Replace(text, c.from, c.to, 1)))
		if err == nil || !strings.Contains(strings.Join(said(err), "\n"), c.want) {
			t.Errorf("%s: %q", name, said(err))
		}
	}
}

// Entries that give a field twice, or in another type, are refused.
func TestEntriesAreReadStrictly(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"move twice":             {"    move: back", "is set twice"},
		"why twice":              {"    why: x", "is set twice"},
		"assumed as text":        {"    assumed: WAVE-DONE", "a list is wanted here"},
		"assumed of texts":       {"    assumed: [WAVE-DONE]", "a mapping is wanted here"},
		"a code twice":           {"    assumed: [{code: WAVE-DONE, code: WAVE-DONE, because: x}]", "is set twice"},
		"no because":             {"    assumed: [{code: WAVE-DONE}]", "the key \"because\" is missing"},
		"more in an assumption":  {"    assumed: [{code: WAVE-DONE, because: x, by: y}]", "there is no key \"by\" here"},
		"downtime in words":      {"    downtimeAccepted: \"yes\"", "true or false is wanted here"},
		"downtime as YAML 1.1":   {"    downtimeAccepted: yes", "true or false is wanted here"},
		"ahead as a number":      {"    ahead: 1", "true or false is wanted here"},
		"another case":           {"    Ahead: true", "there is no key \"Ahead\" here"},
		"a field of the future":  {"    approvedBy: me", "there is no key \"approvedBy\" here"},
		"an alias":               {"    issuer: *x", "f:"},
		"two needs of one code":  {"    evidence: " + strings.Repeat("a", 64) + "\n    assumed: [{code: WAVE-DONE, because: x}, {code: WAVE-DONE, because: y}]", "is assumed twice"},
		"a sentence for a field": {"    downtimeAccepted: downtime accepted", "true or false is wanted here"},
	} {
		_, err := Parse("f", changed(t, "    move: start\n", "    move: start\n"+c.text+"\n"))
		if err == nil || !strings.Contains(strings.Join(said(err), "\n"), c.want) {
			t.Errorf("%s: %q", name, said(err))
		}
	}
}

// Free text comes back as it was and says nothing but itself: no other field
// depends on it.
func TestWhyIsOnlyText(t *testing.T) {
	words := rapid.SampledFrom([]string{"advance", "back", "start anchor", "; ", "assumed BUNDLE-LOADED because \"x\"", "downtime accepted", "prepared before its gate was open",
		"\n", "move: back", "\n    ahead: true", "\"", "'", "#", ": ", "- ", "|", "`", "<b>", "@all", "](http://x)", "::error::", "\u202e", "\x00", "\r", "é"})
	rapid.Check(t, func(t *rapid.T) {
		why := strings.Join(rapid.SliceOfN(rapid.OneOf(words, rapid.String()), 0, 6).Draw(t, "why"), rapid.SampledFrom([]string{"", " ", "; "}).Draw(t, "between"))
		r := at(KindAnchor, StrategyBundle, PhaseAnchorSpread)
		r.Status.Log = logOf(r, 1)
		plain := r.Clone().Status.Log[0]
		r.Status.Log[0].Why = why
		text, err := Marshal(r)
		if err != nil {
			t.Fatal(said(err))
		}
		read, err := Parse("f", text)
		if err != nil {
			t.Fatal(said(err))
		}
		got := read.Status.Log[0]
		if got.Why != why {
			t.Fatalf("%q came back as %q", why, got.Why)
		}
		if got.Why = plain.Why; !reflect.DeepEqual(got, plain) {
			t.Fatalf("%q changes %+v", why, got)
		}
	})
}

// The sentence is one line, and free text in it stays in its quotes.
func TestSentence(t *testing.T) {
	move := LogEntry{Phase: PhaseAnchorSpread, Move: MoveAdvance, Kind: KindAnchor, Strategy: StrategyBundle}
	with := func(f func(*LogEntry)) LogEntry { e := move; f(&e); return e }
	for want, e := range map[string]LogEntry{
		"advance anchor (bundle) to anchor-spread":                                              move,
		`advance anchor (bundle) to anchor-spread: "ticket 7"`:                                  with(func(e *LogEntry) { e.Why = "ticket 7" }),
		`advance anchor (bundle) to anchor-spread: "x\"; downtime accepted"`:                    with(func(e *LogEntry) { e.Why = `x"; downtime accepted` }),
		`advance anchor (bundle) to anchor-spread: "a\nb\u202e\x1b[31m"`:                        with(func(e *LogEntry) { e.Why = "a\nb\u202e\x1b[31m" }),
		`advance anchor (bundle) to anchor-spread; downtime accepted`:                           with(func(e *LogEntry) { e.DowntimeAccepted = true }),
		`advance anchor (bundle) to anchor-spread; prepared before its gate was open`:           with(func(e *LogEntry) { e.Ahead = true }),
		`advance anchor (bundle) to anchor-spread; assumed WAVE-DONE because "all \"of\"\n it"`: with(func(e *LogEntry) { e.Assumed = []Assumed{{"WAVE-DONE", "all \"of\"\n it", false}} }),
		"abandon issuer to stable":                                                              {Phase: PhaseStable, Move: MoveAbandon, Kind: KindIssuer},
		"first PKI minted":                                                                      {Phase: PhaseStable, Move: MoveInit},
		"running mesh adopted":                                                                  {Phase: PhaseStable, Move: MoveAdopt},
		`old entry: "start; assumed"`:                                                           {Phase: PhaseStable, Move: MoveLegacy, Why: "start; assumed"},
		"issuer aaaaaaaaaaaaaaaa replaced bbbbbbbbbbbbbbbb":                                     {Move: MoveReissue, Issuer: strings.Repeat("a", 64), Replaced: strings.Repeat("b", 64)},
	} {
		if got := e.Sentence(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}
