package audit

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
	"github.com/l5d-pki/l5d-pki-render/schema"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// moves lead to the states of fixtures/rotation/bundle of the same number.
var moves = []state.LogEntry{
	{Epoch: 0, Phase: state.PhaseStable, At: "2026-06-01T10:00:00Z", Move: state.MoveAdopt, Why: "adopted <b>&\u2028 \"x\""},
	{Epoch: 1, Phase: state.PhaseAnchorAdded, At: "2026-06-02T10:00:00Z", Move: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle},
	{Epoch: 2, Phase: state.PhaseAnchorSpread, At: "2026-06-03T10:00:00Z", Move: state.MoveAdvance, Kind: state.KindAnchor, Strategy: state.StrategyBundle,
		Assumed: []state.Assumed{{Code: "BUNDLE-DELIVERED", Because: "seen", Forced: true}}, DowntimeAccepted: true, Evidence: strings.Repeat("ab", 32)},
}

// source is a rotation of three moves, each in a commit of its own.
func source(t *testing.T) Source {
	t.Helper()
	var versions []Version
	var log []state.LogEntry
	for i, phase := range []string{"stable", "anchor-added", "anchor-spread"} {
		text, err := os.ReadFile("../../fixtures/rotation/bundle/" + phase + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		s, err := state.Parse(phase, text)
		if err != nil {
			t.Fatal(err)
		}
		log = state.Append(log, moves[i])
		s.Status.Log = slices.Clone(log)
		versions = append(versions, Version{
			State: s, SHA256: Sum(text), Files: []EvidenceFile{{"evidence/x.yaml", Sum(nil), true}},
			Commit: Commit{Known: yes, ID: strings.Repeat(fmt.Sprint(i), 40), Author: "A \xff <a@b>", Trailers: map[string]string{"Z": "1", "A": "2"}},
		})
	}
	reviews, err := ReadReviews([]byte(`[{"url":"https://forge/1","mergedAt":"2026-06-02T09:00:00Z","mergedBy":{"login":"m"},"mergeCommit":{"oid":"` + versions[1].Commit.ID + `"},
		"reviews":[{"author":{"login":"r"},"state":"APPROVED","submittedAt":"2026-06-02T08:00:00Z","body":"fine"}]}]`))
	if err != nil {
		t.Fatal(err)
	}
	return Source{Name: "pki/rotation.yaml", Now: versions[2].State, Of: func(i int) Version { return versions[i] }, Reviews: reviews}
}

func packed(t *testing.T, sign Sign) map[string][]byte {
	t.Helper()
	s := source(t)
	files, err := Files(s.Now.Metadata.Name, Statements(s), sign)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// fakeSign has the form of a signature.
func fakeSign(signable []byte) ([]byte, error) {
	return armor(base64.StdEncoding.EncodeToString([]byte("SSHSIG" + Sum(signable) + Sum(signable)))), nil
}

// TestSameBytes: the same state and history give the same files, which fit each other.
func TestSameBytes(t *testing.T) {
	one, two := packed(t, nil), packed(t, nil)
	if !maps.EqualFunc(one, two, bytes.Equal) || len(one) != 4 {
		t.Fatalf("%d files, and they differ", len(one))
	}
	c, err := Check(one)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Moves) != 3 || c.Rotation != "fixture" || len(c.Unsigned) != 4 || c.HeadSHA256 != Sum(one[HeadFile]) {
		t.Errorf("%+v", c)
	}
	if err := c.Covers(source(t).Now); err != nil {
		t.Error(err)
	}
	signed, err := Check(packed(t, fakeSign))
	if err != nil || len(signed.Signed) != 4 || len(signed.Unsigned) != 0 {
		t.Fatalf("%v: %+v", err, signed)
	}
	for _, s := range signed.Signed {
		if again, _ := fakeSign(s.Signable); !bytes.Equal(again, s.Armor) {
			t.Errorf("%s: another signature than was made", s.File)
		}
	}
}

// TestSchema: statements are as the schema says, also where nothing was recorded.
func TestSchema(t *testing.T) {
	text, _ := schema.Of("audit")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("audit.json", doc); err != nil {
		t.Fatal(err)
	}
	s := compiler.MustCompile("audit.json")
	bare := source(t)
	bare.Of = func(int) Version { return Version{Commit: Commit{Known: no("x")}} }
	for _, payload := range append(Statements(source(t)), Statements(bare)...) {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(payload))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(value); err != nil {
			t.Error(err)
		}
		value.(map[string]any)["predicate"].(map[string]any)["x"] = 1
		if s.Validate(value) == nil {
			t.Error("a field that nobody knows is valid")
		}
	}
}

// TestWhatIsSaid: statements say what is known, and what was not recorded.
func TestWhatIsSaid(t *testing.T) {
	s := source(t)
	of := s.Of
	s.Of = func(i int) Version {
		switch i {
		case 0:
			return Version{Commit: Commit{Known: no("nobody committed it")}}
		case 1:
			return of(2) // squashed with the next one
		}
		return of(i)
	}
	files, err := Files("fixture", Statements(s), nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Check(files)
	if err != nil {
		t.Fatal(err)
	}
	first, second, third := c.Moves[0], c.Moves[1], c.Moves[2]
	if first.Commit.Recorded || first.Proof.Recorded || first.Evidence.Recorded || first.Review.Recorded || first.Certificates.Recorded {
		t.Errorf("%+v", first)
	}
	if !second.Commit.Recorded || second.Proof.Recorded || !strings.Contains(second.Proof.Reason, "several new log entries") {
		t.Errorf("%+v", second)
	}
	if !third.Proof.Recorded || len(third.Proof.Digest) != 64 || len(third.Proof.Steps) < 3 || third.Evidence.Complete || third.From != state.PhaseAnchorAdded {
		t.Errorf("%+v", third)
	}
	if list := third.Certificates.List; len(list) < 7 || list[0].Kind != "anchor" || list[0].Serial == "" || list[0].Key != "ECDSA P-256" || list[0].Signature != "ECDSA-SHA256" || len(list[0].SHA256) != 64 || !list[0].InUse {
		t.Errorf("%+v", list)
	}
	if third.Commit.Author != "A \ufffd <a@b>" || !third.Entry.Assumed[0].Forced || !third.Entry.DowntimeAccepted {
		t.Errorf("%+v", third)
	}
	if got := source(t).statement(1, c.Moves[1].Entry).Predicate.Review; got.MergedBy != "m" || len(got.Reviews) != 1 || got.Reviews[0] != (Opinion{"r", "APPROVED", "2026-06-02T08:00:00Z"}) {
		t.Errorf("%+v", got)
	}
	if bytes.Contains(bytes.Join(Statements(s), nil), []byte("BEGIN CERTIFICATE")) {
		t.Error("a statement has the text of a certificate")
	}
}

// small is a pack of two statements, the first without proof and certificates: a test
// that changes each byte takes time that grows with the square of the size.
func small(t *testing.T, sign Sign) map[string][]byte {
	t.Helper()
	s := source(t)
	of := s.Of
	s.Now = s.Now.Clone()
	s.Now.Status.Log = s.Now.Status.Log[:2]
	last := of(1)
	last.State = s.Now
	s.Of = func(i int) Version { return []Version{{Commit: of(0).Commit}, last}[i] }
	files, err := Files("fixture", Statements(s), sign)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestEveryByte: whatever is changed in one byte of an unsigned pack, its parts no
// longer fit. Of a signed one the head's own signature is left, which its key has to
// judge; it is the digest of the file that shows it here.
func TestEveryByte(t *testing.T) {
	for name, sign := range map[string]Sign{"unsigned": nil, "signed": fakeSign} {
		pack := small(t, sign)
		sum := Sum(pack[HeadFile])
		passed := 0
		for file, text := range pack {
			masks := []byte{0x01, 0x20, 0x80}
			if len(text) > 4096 {
				masks = masks[:1] // the same fields, and many certificates
			}
			for i := range text {
				for _, mask := range masks {
					text[i] ^= mask
					c, err := Check(pack)
					text[i] ^= mask
					if err == nil {
						passed++
						if sign == nil || file != HeadFile || c.HeadSHA256 == sum {
							t.Fatalf("%s: %s: byte %d ^ %#x is not noticed", name, file, i, mask)
						}
					}
				}
			}
		}
		if sign != nil && passed == 0 {
			t.Error("no change of the signature reached the digest of the head: the test looks at nothing")
		}
	}
}

// TestRearranged: files that are dropped, moved, repeated, added or renamed are noticed.
func TestRearranged(t *testing.T) {
	other := source(t)
	other.Now = other.Now.Clone()
	other.Now.Metadata.Name = "other"
	strange, err := Files("other", Statements(other), nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(p map[string][]byte){
		"dropped first":     func(p map[string][]byte) { delete(p, "0001.json") },
		"dropped inside":    func(p map[string][]byte) { delete(p, "0002.json") },
		"dropped last":      func(p map[string][]byte) { delete(p, "0003.json") },
		"dropped head":      func(p map[string][]byte) { delete(p, HeadFile) },
		"reordered":         func(p map[string][]byte) { p["0002.json"], p["0003.json"] = p["0003.json"], p["0002.json"] },
		"replayed":          func(p map[string][]byte) { p["0004.json"] = p["0003.json"] },
		"replayed in place": func(p map[string][]byte) { p["0003.json"] = p["0002.json"] },
		"renamed":           func(p map[string][]byte) { p["00002.json"] = p["0002.json"]; delete(p, "0002.json") },
		"added":             func(p map[string][]byte) { p["README.md"] = []byte("x") },
		"added empty":       func(p map[string][]byte) { p["0004.json"] = nil },
		"of another":        func(p map[string][]byte) { p["0002.json"] = strange["0002.json"] },
		"head of another":   func(p map[string][]byte) { p[HeadFile] = strange[HeadFile] },
		"head as statement": func(p map[string][]byte) { p["0003.json"] = p[HeadFile] },
		"nothing":           func(p map[string][]byte) { clear(p) },
	} {
		pack := packed(t, nil)
		change(pack)
		if _, err := Check(pack); err == nil {
			t.Errorf("%s: not noticed", what)
		}
	}
}

// TestTail: a pack whose last statement was dropped and whose head was made anew fits;
// the digest of the head, and the log, show it.
func TestTail(t *testing.T) {
	s := source(t)
	short, err := Files("fixture", Statements(s)[:2], nil)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Check(short)
	if err != nil {
		t.Fatal(err)
	}
	if c.HeadSHA256 == Sum(packed(t, nil)[HeadFile]) || c.Covers(s.Now) == nil {
		t.Error("a statement less is not noticed")
	}
}

// TestForged: statements that somebody wrote with the right digests are refused where
// they contradict each other.
func TestForged(t *testing.T) {
	for what, change := range map[string]func(s *Statement){
		"number":   func(s *Statement) { s.Predicate.Number++ },
		"previous": func(s *Statement) { s.Predicate.Previous = Sum(nil) },
		"from":     func(s *Statement) { s.Predicate.From = "stable" },
		"rotation": func(s *Statement) { s.Predicate.Rotation = "other" },
		"entry":    func(s *Statement) { s.Predicate.Entry.Why = "another reason" },
		"log": func(s *Statement) {
			s.Predicate.Entry.Previous = Sum(nil)
			s.Subject[0].Digest.SHA256 = s.Predicate.Entry.Digest()
		},
		"subject":   func(s *Statement) { s.Subject = nil },
		"predicate": func(s *Statement) { s.PredicateType += "2" },
		"type":      func(s *Statement) { s.Type += "2" },
	} {
		payloads := Statements(source(t))
		var s Statement
		if err := json.Unmarshal(payloads[2], &s); err != nil {
			t.Fatal(err)
		}
		change(&s)
		payloads[2] = encode(s)
		files, err := Files("fixture", payloads, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Check(files); err == nil || problem.Of(err)[0].Code != problem.AuditChain.Code {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestForms: JSON and base64 that mean the same are refused in another form.
func TestForms(t *testing.T) {
	good := string(packed(t, nil)["0001.json"])
	signed := string(packed(t, fakeSign)["0001.json"])
	for what, text := range map[string]string{
		"blank":       strings.Replace(good, `":`, `": `, 1),
		"line end":    strings.TrimSuffix(good, "\n"),
		"two ends":    good + "\n",
		"more":        good + "{}\n",
		"other field": strings.Replace(good, `{`, `{"x":1,`, 1),
		"twice":       strings.Replace(good, `{`, `{"payloadType":"`+StatementPayload+`",`, 1),
		"escape":      strings.Replace(good, "application", `\u0061pplication`, 1),
		"case":        strings.Replace(good, "payloadType", "PayloadType", 1),
		"null":        strings.Replace(good, "[]", "null", 1),
		"no list":     strings.Replace(good, `,"signatures":[]`, "", 1),
		"keyid":       strings.Replace(signed, `{"sig"`, `{"keyid":"x","sig"`, 1),
		"slack":       slackOf(t, signed),
		"two":         strings.Replace(signed, `]}`, `,{"sig":"AAAA"}]}`, 1),
		"no base64":   strings.Replace(good, `"payload":"`, `"payload":"*`, 1),
		"broken line": strings.Replace(good, `"payload":"eyJ`, `"payload":"eyJ\n`, 1),
		"mark":        "\ufeff" + good,
		"empty":       "",
	} {
		if text == good || text == signed {
			t.Fatalf("%s changes nothing", what)
		}
		if _, err := open([]byte(text), StatementPayload); err == nil {
			t.Errorf("%s: %.80s is accepted", what, text)
		}
	}
}

// slackOf changes the last bits of the signature's base64, which stand for nothing.
func slackOf(t *testing.T, signed string) string {
	t.Helper()
	at := strings.Index(signed, `="}]}`)
	if at < 0 {
		t.Fatal("the signature has no slack bits")
	}
	return signed[:at-1] + string(signed[at-1]+1) + signed[at:]
}

// TestReviewsRefused: what is no export of pull requests is refused.
func TestReviewsRefused(t *testing.T) {
	for _, text := range []string{
		``, `{}`, `[{}]`, `[{"url":"x","mergedAt":"t"}]`, `[{"url":"x","commits":[{"oid":"1"}]}]`,
		`[{"url":"x","mergedAt":"t","commits":[{"oid":"1"}]},{"url":"y","mergedAt":"t","mergeCommit":{"oid":"1"}}]`,
	} {
		if r, err := ReadReviews([]byte(text)); err == nil {
			t.Errorf("%s: %v", text, r)
		}
	}
	r, err := ReadReviews([]byte(`[{"url":"x","mergedAt":"t","mergedBy":null,"mergeCommit":null,"commits":[{"oid":"1"}]}]`))
	if err != nil || !r.of("1").Recorded || r.of("2").Recorded || r.of("").Recorded {
		t.Errorf("%v: %v", err, r)
	}
}
