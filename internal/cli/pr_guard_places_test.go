package cli

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/proposal/base"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
)

// The states of placesLand: west is linked from the state of the land, dev links to it.
const (
	ownEvidence  = "linkerd/pki/evidence/prod-argocd-"
	westEvidence = "west/evidence/west-"
	devEvidence  = "dev/evidence/dev-"
)

func placesLand(t *testing.T) *prLand {
	t.Helper()
	l := land(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, "west/rotation.yaml", func(string) string { return l.other() })
		l.edit(dir, "dev/rotation.yaml", func(string) string {
			text := strings.Replace(l.other(), "name: west", "name: dev", 1)
			return strings.Replace(text, "spec:\n", "spec:\n  links:\n  - {name: prod-argocd, state: ../linkerd/pki/rotation.yaml}\n", 1)
		})
		l.linkTo(dir, "../../west/rotation.yaml")
	})
	return l
}

// seenAt is an observation of a cluster without facts, and its name behind that of a state.
func seenAt(cluster string, at time.Time) (name, text string) {
	return cluster + "-" + at.UTC().Format("20060102T150405Z") + ".yaml",
		"apiVersion: l5d-pki-render/v1alpha2\nkind: Observation\ncluster: " + cluster + "\nat: " + at.UTC().Format(time.RFC3339) + "\ncoverage: []\n"
}

// keeps has an observation beside a state.
func (l *prLand) keeps(dir, beside, cluster string, at time.Time, key string) (name string) {
	l.t.Helper()
	last, text := seenAt(cluster, at)
	if key != "" {
		signed, err := base.Sign([]byte(text), key)
		if err != nil {
			l.t.Fatal(err)
		}
		text = string(signed)
	}
	l.edit(dir, beside+last, func(string) string { return text })
	return beside + last
}

// TestGuardPlacesAuthor: whose word an observation is, is asked wherever gates of the state
// read it, by the keys beside this state and beside that of its cluster.
func TestGuardPlacesAuthor(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	for name, c := range map[string]struct {
		keys, beside, cluster string
		signed                bool
		want                  []string
		note                  string
	}{
		"of the linked cluster, keys beside it":       {"west", westEvidence, "west", false, []string{"guard-evidence"}, ""},
		"of the linked cluster, keys here":            {"linkerd/pki", westEvidence, "west", false, []string{"guard-evidence"}, ""},
		"of the linked cluster, signed":               {"west", westEvidence, "west", true, nil, "is signed by"},
		"of the linked cluster, no keys":              {"dev", westEvidence, "west", false, nil, "unverified"},
		"of the linked cluster, beside this":          {"west", ownEvidence, "west", false, []string{"guard-evidence"}, ""},
		"of this cluster, beside the linked one":      {"linkerd/pki", westEvidence, "prod-argocd", false, []string{"guard-evidence"}, ""},
		"of this cluster, beside one that links":      {"linkerd/pki", devEvidence, "prod-argocd", false, []string{"guard-evidence"}, ""},
		"of this cluster, keys of the one that links": {"dev", devEvidence, "prod-argocd", true, nil, "unverified"},
		"of another cluster":                          {"linkerd/pki", devEvidence, "dev", false, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := placesLand(t)
			l.commitTo("main", func(dir string) {
				l.edit(dir, path.Join(c.keys, "allowed_signers"), func(string) string { return line })
			})
			dir := l.job("origin/main", func(dir string) {
				by := ""
				if c.signed {
					by = key
				}
				l.keeps(dir, c.beside, c.cluster, l.at.Add(-time.Hour), by)
			})
			_, codes, out := l.guarded(dir)
			if brought := strings.Contains(out, "brings an observation without a move"); !slices.Equal(codes, c.want) || !strings.Contains(out, c.note) || brought == (c.cluster == "dev") {
				t.Errorf("%v, want %v: %s", codes, c.want, out)
			}
		})
	}
	// An observation that was there becomes evidence by the link of another state.
	l := placesLand(t)
	l.commitTo("main", func(dir string) {
		l.edit(dir, "linkerd/pki/allowed_signers", func(string) string { return line })
		l.edit(dir, "dev/rotation.yaml", func(s string) string { return strings.Replace(s, "../linkerd/pki", "../west", 1) })
		l.keeps(dir, devEvidence, "prod-argocd", l.at.Add(-time.Hour), "")
	})
	dir := l.job("origin/main", func(dir string) {
		l.edit(dir, "dev/rotation.yaml", func(s string) string { return strings.Replace(s, "../west", "../linkerd/pki", 1) })
	})
	if _, codes, out := l.guarded(dir); !slices.Equal(codes, []string{"guard-evidence"}) {
		t.Errorf("a link of another state: %v: %s", codes, out)
	}
}

// TestGuardPlacesNames: a state that links to this one is found whatever its file is
// called, and one whose name others are not looked for by is not passed.
func TestGuardPlacesNames(t *testing.T) {
	t.Parallel()
	_, line := sshKey(t, "robot", forEvidence)
	for _, name := range []string{"rotation.json", "state", "rotation.YAML", "rotation.txt"} {
		l := placesLand(t)
		l.commitTo("main", func(dir string) {
			l.edit(dir, "linkerd/pki/allowed_signers", func(string) string { return line })
			gitIn(t, dir, "mv", "dev/rotation.yaml", "dev/"+name)
			gitIn(t, dir, "commit", "-q", "-m", "mv")
		})
		dir := l.job("origin/main", func(dir string) { l.keeps(dir, devEvidence, "prod-argocd", l.at.Add(-time.Hour), "") })
		if _, codes, out := l.guarded(dir); !slices.Equal(codes, []string{"guard-evidence"}) {
			t.Errorf("%s: %v: %s", name, codes, out)
		}
		l.state = "dev/" + name
		dir = l.job("origin/main", func(dir string) { l.edit(dir, l.state, func(s string) string { return s + "# more\n" }) })
		if _, codes, out := l.guarded(dir); slices.Contains(codes, "guard-unreadable") != strings.HasSuffix(name, ".txt") {
			t.Errorf("the guard of %s: %v: %s", name, codes, out)
		}
	}
}

// TestGuardPlacesNewlyKnown: an observation of a cluster that no gate of this state knew
// becomes evidence by the link that makes the cluster known, wherever it was put before.
func TestGuardPlacesNewlyKnown(t *testing.T) {
	t.Parallel()
	key, line := sshKey(t, "robot", forEvidence)
	for name, c := range map[string]struct {
		beside, keys string
		signed       bool
		links        string // the state that the change gives a link to x
		want         []string
	}{
		"beside another linked state":        {westEvidence, "linkerd/pki", false, "linkerd/pki", []string{"guard-evidence"}},
		"beside a state that links here":     {devEvidence, "linkerd/pki", false, "linkerd/pki", []string{"guard-evidence"}},
		"beside this state":                  {ownEvidence, "linkerd/pki", false, "linkerd/pki", []string{"guard-evidence"}},
		"beside this state, the keys of x":   {ownEvidence, "x", false, "linkerd/pki", []string{"guard-evidence"}},
		"signed":                             {westEvidence, "linkerd/pki", true, "linkerd/pki", nil},
		"no link to it":                      {westEvidence, "linkerd/pki", false, "", nil},
		"beside this state, no link to it":   {ownEvidence, "linkerd/pki", false, "", nil},
		"beside another, which links itself": {westEvidence, "linkerd/pki", false, "west", nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := placesLand(t)
			l.commitTo("main", func(dir string) {
				l.edit(dir, "x/rotation.yaml", func(string) string { return strings.Replace(l.other(), "name: west", "name: x", 1) })
				l.edit(dir, path.Join(c.keys, "allowed_signers"), func(string) string { return line })
				by := ""
				if c.signed {
					by = key
				}
				l.keeps(dir, c.beside, "x", l.at.Add(-time.Hour), by)
			})
			dir := l.job("origin/main", func(dir string) {
				switch c.links {
				case "linkerd/pki":
					l.edit(dir, l.state, func(s string) string {
						return strings.Replace(s, "  links:\n", "  links:\n  - {name: x, state: ../../x/rotation.yaml}\n", 1)
					})
				case "west":
					l.edit(dir, "west/rotation.yaml", func(s string) string {
						return strings.Replace(s, "spec:\n", "spec:\n  links:\n  - {name: x, state: ../x/rotation.yaml}\n", 1)
					})
				default:
					l.edit(dir, "README.md", func(string) string { return "more" })
				}
			})
			if _, codes, out := l.guarded(dir); !slices.Equal(codes, c.want) {
				t.Errorf("%v, want %v: %s", codes, c.want, out)
			}
		})
	}
}

// TestGuardPlacesOlder: what is known of a cluster stays until something newer is known,
// wherever it is; a start takes what was kept of its own cluster.
func TestGuardPlacesOlder(t *testing.T) {
	t.Parallel()
	old, recent := -3*time.Hour, -2*time.Hour
	remove := func(names ...string) func(l *prLand, dir string) {
		return func(l *prLand, dir string) {
			gitIn(l.t, dir, append([]string{"rm", "-q", "--"}, names...)...)
			gitIn(l.t, dir, "commit", "-q", "-m", "rm")
		}
	}
	at := func(beside, cluster string, ago time.Duration) string {
		name, _ := seenAt(cluster, time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC).Add(ago))
		return beside + name
	}
	start := func(l *prLand, dir string) { l.moves(dir, "start anchor") }
	for name, c := range map[string]struct {
		kept [][2]string // beside, cluster: the first is older
		work []func(l *prLand, dir string)
		want bool
	}{
		"of the linked cluster":                       {[][2]string{{westEvidence, "west"}}, []func(*prLand, string){remove(at(westEvidence, "west", old))}, true},
		"of this cluster, beside the linked one":      {[][2]string{{westEvidence, "prod-argocd"}}, []func(*prLand, string){remove(at(westEvidence, "prod-argocd", old))}, true},
		"of this cluster, beside one that links":      {[][2]string{{devEvidence, "prod-argocd"}}, []func(*prLand, string){remove(at(devEvidence, "prod-argocd", old))}, true},
		"a newer one stays elsewhere":                 {[][2]string{{westEvidence, "west"}, {ownEvidence, "west"}}, []func(*prLand, string){remove(at(westEvidence, "west", old))}, false},
		"an older one stays elsewhere":                {[][2]string{{westEvidence, "west"}, {ownEvidence, "west"}}, []func(*prLand, string){remove(at(ownEvidence, "west", recent))}, true},
		"a start, of its own cluster":                 {[][2]string{{ownEvidence, "prod-argocd"}}, []func(*prLand, string){start, remove(at(ownEvidence, "prod-argocd", old))}, false},
		"a start, of the linked cluster":              {[][2]string{{ownEvidence, "west"}}, []func(*prLand, string){start, remove(at(ownEvidence, "west", old))}, true},
		"a start, of the linked cluster, older stays": {[][2]string{{westEvidence, "west"}, {ownEvidence, "west"}}, []func(*prLand, string){start, remove(at(ownEvidence, "west", recent))}, true},
		"a start, of the linked cluster, newer stays": {[][2]string{{ownEvidence, "west"}, {westEvidence, "west"}}, []func(*prLand, string){start, remove(at(ownEvidence, "west", old))}, false},
		"another cluster's":                           {[][2]string{{devEvidence, "dev"}}, []func(*prLand, string){remove(at(devEvidence, "dev", old))}, false},
		"a start of the linked cluster": {[][2]string{{westEvidence, "west"}}, []func(*prLand, string){func(l *prLand, dir string) {
			got := callAt(l.t, l.at.Add(time.Hour), "", nil, "start", "anchor", "--strategy", "bundle", "-s", filepath.Join(dir, "west/rotation.yaml"))
			if got.code != ExitDone {
				l.t.Fatal(got.stderr)
			}
			gitIn(l.t, dir, "add", "-A")
			gitIn(l.t, dir, "commit", "-q", "-m", "start")
		}, remove(at(westEvidence, "west", old))}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := placesLand(t)
			l.commitTo("main", func(dir string) {
				l.edit(dir, "west/.gitignore", func(string) string { return "keys/\n" })
				for i, k := range c.kept {
					l.keeps(dir, k[0], k[1], l.at.Add(old+time.Duration(i)*time.Hour), "")
				}
			})
			dir := l.job("origin/main", func(dir string) {
				for _, work := range c.work {
					work(l, dir)
				}
			})
			if _, codes, out := l.guarded(dir); slices.Contains(codes, codeOlder) != c.want || !c.want && len(codes) > 0 {
				t.Errorf("%v, want the older one %v: %s", codes, c.want, out)
			}
		})
	}
}

// TestGuardPlacesForeign: an observation of another control plane of the same name shows
// nothing, so it cannot take the place of one of this mesh.
func TestGuardPlacesForeign(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ beside, cluster, mesh string }{
		"of this cluster":       {ownEvidence, "prod-argocd", "mesh: {namespace: linkerd-b}\n"},
		"of the linked one":     {westEvidence, "west", "mesh: {trustDomain: b.local}\n"},
		"of the same, by names": {ownEvidence, "prod-argocd", "mesh: {namespace: linkerd, trustDomain: cluster.local}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, kept := placesLand(t), ""
			l.commitTo("main", func(dir string) { kept = l.keeps(dir, c.beside, c.cluster, l.at.Add(-2*time.Hour), "") })
			dir := l.job("origin/main", func(dir string) {
				newer := l.keeps(dir, c.beside, c.cluster, l.at.Add(-time.Hour), "")
				l.edit(dir, newer, func(s string) string { return s + c.mesh })
				gitIn(t, dir, "rm", "-q", "--", kept)
				gitIn(t, dir, "commit", "-q", "-m", "rm")
			})
			foreign := name != "of the same, by names"
			_, codes, out := l.guarded(dir)
			if slices.Contains(codes, codeOlder) != foreign || strings.Contains(out, "is of another control plane") != foreign {
				t.Errorf("%v: %s", codes, out)
			}
		})
	}
}

// TestGuardPlacesGate: what a state that links to this one keeps of this cluster holds its
// gate shut.
func TestGuardPlacesGate(t *testing.T) {
	t.Parallel()
	for _, contrary := range []bool{false, true} {
		l := placesLand(t)
		l.commitTo("main", func(dir string) {
			l.edit(dir, l.state, func(s string) string {
				return strings.Replace(s, "  links:\n  - {name: west, state: ../../west/rotation.yaml}\n", "", 1)
			})
			l.moves(dir, "start anchor", "advance --assume BUNDLE-DELIVERED")
			before := l.stateIn(dir)
			l.moves(dir, "advance --assume BUNDLE-LOADED", "advance --assume ISSUER-LOADED")
			keep := func(name string, o *rotation.Observation) {
				text, err := rotation.MarshalObservation(o)
				if err != nil {
					t.Fatal(err)
				}
				l.edit(dir, name, func(string) string { return string(text) })
			}
			last, _ := seenAt("prod-argocd", l.at.Add(time.Minute))
			keep(ownEvidence+last, holding(t, l.stateIn(dir), l.at.Add(time.Minute), nil))
			if contrary {
				last, _ = seenAt("prod-argocd", l.at.Add(2*time.Minute))
				keep(devEvidence+last, holding(t, before, l.at.Add(2*time.Minute), nil))
			}
		})
		dir := l.job("origin/main", func(dir string) {
			l.at = l.at.Add(5 * time.Hour)
			if err := os.RemoveAll(filepath.Join(dir, "dev", "evidence")); err != nil { // the step does not see it
				t.Fatal(err)
			}
			l.moves(dir, "advance")
			gitIn(t, dir, "checkout", "-q", "origin/main", "--", "dev")
			gitIn(t, dir, "commit", "-q", "--allow-empty", "-m", "restore")
		})
		if _, codes, out := l.guarded(dir); slices.Contains(codes, "rotation-unmet") != contrary || !contrary && len(codes) > 0 {
			t.Errorf("contrary %v: %v: %s", contrary, codes, out)
		}
	}
}

// TestPRStartKeepsLinked: a start removes what was seen of its own cluster, and of a linked
// one all but the newest.
func TestPRStartKeepsLinked(t *testing.T) {
	t.Parallel()
	l := placesLand(t)
	var newest, namesake string
	l.commitTo("main", func(dir string) {
		l.keeps(dir, ownEvidence, "prod-argocd", l.at.Add(-time.Hour), "")
		l.keeps(dir, ownEvidence, "west", l.at.Add(-3*time.Hour), "")
		newest = l.keeps(dir, ownEvidence, "west", l.at.Add(-2*time.Hour), "")
		namesake = l.keeps(dir, "linkerd/pki/evidence/", "prod-argocd-b", l.at.Add(-3*time.Hour), "") // of a state in the same directory
	})
	gitIn(t, l.clone, "pull", "-q")
	branch := l.pr("start", "anchor").Branch
	if got := gitIn(t, l.remote, "ls-tree", "-r", "--name-only", branch, "linkerd/pki/evidence/"); got != namesake+"\n"+newest {
		t.Errorf("it keeps %q, want %q and %q", got, namesake, newest)
	}
	if _, codes, out := l.guarded(l.job("origin/"+branch, func(string) {})); len(codes) > 0 {
		t.Errorf("%v: %s", codes, out)
	}
}
