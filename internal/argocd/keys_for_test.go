package argocd

import (
	"strings"
	"testing"
)

func TestParseKeysFor(t *testing.T) {
	const mesh = "project=mesh app=linkerd repo=https://git.example/x.git?a=b revision=main"
	for text, entries := range map[string]int{
		"": 0, " ;\n; ": 0, mesh: 1, mesh + ";": 1, mesh + ";\n  " + mesh + "\n": 2,
		"revision=* repo=r app=* project=p":          1,
		"project=mesh app=linkerd repo=r":            -1, // no revision
		"project=mesh app=linkerd repo=r revision=":  -1,
		mesh + " app=other":                          -1,
		mesh + " path=x":                             -1,
		mesh + " =":                                  -1,
		"everybody":                                  -1,
		strings.Replace(mesh, "mesh", "*", 1):        -1,
		strings.Replace(mesh, "x.git", "*", 1):       -1,
		strings.Replace(mesh, "linkerd", "link*", 1): -1,
		"*": -1,
	} {
		got, err := parseKeysFor(keysFor, text)
		if (err != nil) != (entries < 0) || err == nil && len(got) != entries {
			t.Errorf("%q: %v, %v, want %d", text, got, err, entries)
		}
	}
}

// TestKeysForPrinted: an entry that an error prints allows that application, or,
// where a tenant chose a value that means something in the list, nobody.
func TestKeysForPrinted(t *testing.T) {
	for revision, listable := range map[string]bool{"main": true, "refs/heads/a=b": true, "*": false, "a;b": false, "a b": false, "a\nproject=x": false, "v1.*": false, "\u202emain": false} {
		application := keysForEntry{"project": "p", "app": "a", "repo": "r", "revision": revision}
		entries, err := parseKeysFor(keysFor, application.String())
		if listable != (err == nil && len(entries) == 1 && application.matches(entries[0])) {
			t.Errorf("%q is printed as %q: %v", revision, application, err)
		}
		if strings.ContainsAny(application.String(), "\n\u202e") {
			t.Errorf("%q is printed as it is", revision)
		}
	}
}

// TestKeysForTellsNothing: every tenant reads the error of a malformed list, so it
// has no word of the list.
func TestKeysForTellsNothing(t *testing.T) {
	const good = "project=p app=a repo=r revision=main;"
	for text, want := range map[string]string{
		good + "project=x app=x repo=https://u:leaked@h/x": "entry 2: revision is missing", "project=p leaked=leaked": "entry 1: field 2 is not",
		good + good + "repo=r repo=leaked": "entry 3: field 2 sets repo", "app=*leaked": "entry 1: field 1 has a pattern for app", "leaked": "entry 1: field 1 is not",
	} {
		_, err := parseKeysFor(keysFor, text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "leaked") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	shown := keysForEntry{"project": "p", "app": "a", "repo": "https://u:leaked@h/x", "revision": "r"}.withoutLogin()
	if shown["repo"] != "https://h/x" {
		t.Errorf("the refused entry shows %q", shown["repo"])
	}
}

// TestWithoutData: what is left of a Secret are the places that Argo CD does not mask.
func TestWithoutData(t *testing.T) {
	got := withoutData("# in a comment\nkind: Secret\nmetadata: {annotations: {a: shown}}\ndata: {k: masked}\nstringData: {k: masked}\n")
	if strings.Contains(got, "masked") || !strings.Contains(got, "shown") || !strings.Contains(got, "in a comment") {
		t.Error(got)
	}
	if broken := "a: [\n"; withoutData(broken) != broken {
		t.Error("broken YAML is not looked at whole")
	}
}
