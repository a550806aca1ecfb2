package fleet

import (
	"fmt"
	"strings"
	"testing"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

const sample = `apiVersion: l5d-pki-render/v1alpha1
kind: Fleet
metadata:
  name: prod
spec:
  members:
    - name: east
      state: clusters/east/rotation.yaml
      observation: clusters/east/observation.yaml
      context: prod-east
      labels: {ring: canary}
    - name: north
      state: clusters/north/rotation.yaml
    - name: west
      state: clusters/west/rotation.yaml
  links:
    - members: [east, north, west]
  canaries: [east]
  limits:
    membersPerPullRequest: 30
    restarts: 5
`

func TestParse(t *testing.T) {
	f, err := Parse("fleet.yaml", []byte(sample))
	if err != nil {
		t.Fatal(err)
	}
	if m := f.Spec.Members[0]; len(f.Spec.Members) != 3 || m.Context != "prod-east" || m.Labels["ring"] != "canary" || f.Spec.Limits.Restarts != 5 {
		t.Errorf("%+v", f)
	}
}

// TestParseRefuses: each change of the sample is refused, with a position.
func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ old, new, code string }{
		{"kind: Fleet", "kind: Rotation", "fleet-head"},
		{"v1alpha1", "v2", "fleet-head"},
		{"name: prod\n", "name: Prod\n", "state-dns-name"},
		{"name: north", "name: east", "fleet-twice"},
		{"clusters/north/rotation", "./clusters/x/../east/rotation", "fleet-twice"},
		{"state: clusters/west/rotation.yaml", "state: \"\"", "state-missing-key"},
		{"      state: clusters/west/rotation.yaml\n", "", "state-missing-key"},
		{"context:", "contxt:", "state-unknown-key"},
		{"    - name: north\n", "    - name: north\n      context: prod-east\n", "fleet-twice"},
		{"canaries: [east]", "canaries: [south]", "fleet-no-member"},
		{"[east, north, west]", "[east, nrth]", "fleet-no-member"},
		{"[east, north, west]", "[east]", "state-wrong-type"},
		{"restarts: 5", "restarts: -1", "fleet-limit"},
		{"restarts: 5", "restarts: many", "state-integer"},
		{"restarts: 5", "restarts: 0x5", "state-integer"},
		{"name: north", "name: no", "state-unquoted"},
		{"kind: Fleet\n", "kind: Fleet\nkind: Fleet\n", "state-duplicate-key"},
		{"state: clusters/west/rotation.yaml", `state: "clusters/n\nnext: x/rotation.yaml"`, "state-breaks"},
		{"state: clusters/west/rotation.yaml", `state: "clusters/n\u2028/rotation.yaml"`, "state-breaks"},
		{"context: prod-east", `context: "a\tb"`, "state-breaks"},
		{"labels: {ring: canary}", "labels: &x {ring: canary}", "state-not-plain"},
	} {
		text := strings.Replace(sample, c.old, c.new, 1)
		if text == sample {
			t.Fatalf("%q is not in the sample", c.old)
		}
		_, err := Parse("fleet.yaml", []byte(text))
		found := false
		for _, p := range problem.Of(err) {
			found = found || string(p.Code) == c.code && p.Line > 0 && p.File == "fleet.yaml"
		}
		if !found {
			t.Errorf("%q: want %s, got %v", c.new, c.code, err)
		}
	}
	for text, code := range map[string]string{"": "fleet-empty", "# nothing\n": "fleet-empty", "<<<<<<< a\n=======\n>>>>>>> b\n": "state-conflict", strings.Repeat("#", 5<<20): "fleet-too-large"} {
		if _, err := Parse("fleet.yaml", []byte(text)); len(problem.Of(err)) != 1 || string(problem.Of(err)[0].Code) != code {
			t.Errorf("%.20q: want %s, got %v", text, code, err)
		}
	}
	if _, err := Parse("fleet.yaml", []byte(sample[:strings.Index(sample, "  members:")]+"  members: []\n")); len(problem.Of(err)) == 0 || string(problem.Of(err)[0].Code) != "fleet-no-members" {
		t.Errorf("no members: %v", err)
	}
}

// TestLinksAreBounded: a small file names no millions of pairs.
func TestLinksAreBounded(t *testing.T) {
	var members, names strings.Builder
	for i := range MaxMembers {
		fmt.Fprintf(&members, "  - {name: m%d, state: m%d.yaml}\n", i, i)
		fmt.Fprintf(&names, "m%d, ", i)
	}
	head := "apiVersion: " + state.APIVersion + "\nkind: Fleet\nmetadata: {name: f}\nspec:\n  members:\n" + members.String() + "  links:\n"
	all := "  - members: [" + strings.TrimSuffix(names.String(), ", ") + "]\n"
	if _, err := Parse("fleet.yaml", []byte(head+all)); err != nil {
		t.Errorf("all members linked with one another: %v", err)
	}
	for want, links := range map[string]string{"fleet-pairs": all + all, "state-too-many": strings.Repeat("  - members: [m1, m2]\n", MaxMembers+1)} {
		if _, err := Parse("fleet.yaml", []byte(head+links)); len(problem.Of(err)) != 1 || string(problem.Of(err)[0].Code) != want {
			t.Errorf("want %s: %v", want, err)
		}
	}
}
