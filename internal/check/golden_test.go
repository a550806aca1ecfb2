package check

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// entered is what is seen shortly after a phase was entered: the control plane
// delivers what the phase says, and pods have what they had before.
func entered(now, before *rotation.Observation) *rotation.Observation {
	o := *now
	o.Endpoints = with(now, before, true, true)
	o.Identity = slices.Clone(now.Identity)
	o.Identity[1].Issuer = before.Identity[1].Issuer // one replica lags
	return &o
}

// settled is what is seen when leaves are renewed, and pods have restarted if the
// phase restarts them.
func settled(m *mesh, row state.Phase, before *rotation.Observation) *rotation.Observation {
	o := m.sight()
	o.Endpoints = with(o, before, row.Rollout != state.RolloutAlways, false)
	return o
}

// with are the rows of now, of which the data plane has what it had before. The
// control plane restarts by itself.
func with(now, before *rotation.Observation, bundle, chain bool) []rotation.Endpoint {
	rows := slices.Clone(now.Endpoints)
	for i := range rows {
		if rows[i].Group == rotation.GroupProxies && bundle {
			rows[i].Bundle = before.Endpoints[i].Bundle
		}
		if rows[i].Group == rotation.GroupProxies && chain {
			rows[i].Chain = before.Endpoints[i].Chain
		}
	}
	return rows
}

// TestPhases: the lines of each phase of each rotation, when it was just entered
// and when the cluster has followed. Goldens: testdata/KIND-STRATEGY-N-PHASE.txt.
func TestPhases(t *testing.T) {
	phases := 0
	for _, table := range state.Tables {
		m := newMesh()
		before := m.sight()
		m.start(table.Kind, table.Strategy)
		for i, row := range table.Steps() {
			if i > 0 {
				m.advance()
			}
			after := settled(m, row, before)
			text := "# just entered\n\n" + string(m.judged(entered(m.sight(), before)).text(true)) + "\n# settled\n\n" + string(m.judged(after).text(true))
			name := strings.Join([]string{table.Kind, table.Strategy, string(rune('1' + i)), m.Status.Phase}, "-")
			golden(t, strings.Replace(name, "--", "-", 1)+".txt", text)
			before = after
			phases++
		}
	}
	if phases < 20 {
		t.Fatalf("%d phases only", phases)
	}
}

// TestBackToStable: what pods got in a rotation that went back is expected to
// stay until they restart, and the way to restart them is named.
func TestBackToStable(t *testing.T) {
	m := newMesh()
	m.start(state.KindAnchor, state.StrategyBundle)
	m.advance()
	wide := m.sight()
	m.back()
	m.back()
	o := entered(m.sight(), wide)
	golden(t, "back-to-stable.txt", string(m.judged(o).text(false)))
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil || string(want) != got {
		t.Errorf("%s is not what check says (%v):\n%s", path, err, got)
	}
}

// The elements of a JUnit report.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Failure *junitFailure `xml:"failure"`
		// Out has warnings: a case that warns has not failed.
		Out string `xml:"system-out,omitempty"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// TestInXML: every character is escaped as encoding/xml does it.
func TestInXML(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune+1; r++ {
		text := "a" + string(r) + "b\xff"
		var want strings.Builder
		if err := xml.EscapeText(&want, []byte(text)); err != nil || inXML(text) != want.String() {
			t.Fatalf("%+q is %+q, want %+q (%v)", text, inXML(text), want.String(), err)
		}
	}
}

// TestFormats: one report in every format.
func TestFormats(t *testing.T) {
	m := newMesh()
	o := m.sight()
	o.Endpoints[1].Workload = "deploy/<cart>&\x1b[31m##[error]\u202e"
	o.Endpoints[1].Leaf.Expires.First = began.Format("2006-01-02T15:04:05Z")
	r := m.judged(o)
	for _, format := range []string{"text", "table", "short", "json", "junit"} {
		text := string(must(must(In(format))(r)))
		if strings.ContainsAny(text, "\x1b\u202e") || !strings.Contains(text, "expired certificates") {
			t.Errorf("%s: %q", format, text)
		}
		if name := strings.Replace(format, "table", "text", 1); name != "short" {
			golden(t, "format-"+name, text)
		}
	}
	var suites junitSuites
	if err := xml.Unmarshal(must(junit(r)), &suites); err != nil || suites.Failures != 1 || suites.Tests < 20 {
		t.Errorf("%d failures of %d (%v)", suites.Failures, suites.Tests, err)
	}
	if _, err := In("yaml"); err == nil {
		t.Error("an unknown format was taken")
	}
}

// TestListedNamesAreLines: each name that is listed is one line.
func TestListedNamesAreLines(t *testing.T) {
	if text := listed([]string{"a\nb", "c"}); text != "\n\t* a\\nb\n\t* c" {
		t.Errorf("%q", text)
	}
}
