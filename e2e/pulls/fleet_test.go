package pulls

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/e2e/peer"
)

// proveLong lets the fleets have 30 members (or as many as it says, if more than one), and
// both strategies.
const proveLong = "L5D_PROVE_LONG"

// pair is what an endpoint holds and serves, by fingerprints.
type pair struct{ bundle, chain []string }

// material is what a state declares.
type material struct {
	phase string
	pair  pair
}

// site is a member and the cluster that follows its repository: two endpoints, of which
// one restarts with each change and the other one a round later.
type site struct {
	name, dir, state string
	declared         pair // by the state on the main branch, as far as it was applied
	endpoints        [2]pair
}

// grid is a fleet on Gitea: with a repository for each member, or one for all.
type grid struct {
	*land
	apart bool
	root  string
	sites []*site
	certs map[string]*x509.Certificate
	// known is what the tool said of a text of a state.
	known map[string]material
	// opened counts pull requests by repository, as the tool said.
	opened map[string]int
}

// newGrid makes the fleet; the last member joins later.
func newGrid(t *testing.T, apart bool, members int) *grid {
	t.Helper()
	g := startGitea(t, 50, "")
	top := t.TempDir()
	l := &land{t: t, g: g, tool: peer.Tool(t), top: top, token: g.newToken("bot", scopes)}
	login := base64.StdEncoding.EncodeToString([]byte("bot:" + g.token))
	l.write(filepath.Join(top, ".gitconfig"), "[user]\nname = Bot\nemail = bot@example.test\n[commit]\ngpgsign = false\n[http]\nextraHeader = Authorization: Basic "+login+"\n")
	w := &grid{land: l, apart: apart, root: filepath.Join(top, "clones"), certs: map[string]*x509.Certificate{}, known: map[string]material{}, opened: map[string]int{}}
	identity := filepath.Join(top, "identity.txt")
	if out, err := exec.Command(peer.Program(t, "age-keygen"), "-o", identity).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	recipient, err := exec.Command(peer.Program(t, "age-keygen"), "-y", identity).Output()
	if err != nil {
		t.Fatal(err)
	}
	l.extra = []string{"L5D_PKI_AGE_IDENTITY=" + identity}
	w.repository("fleet")
	for i := range members {
		s := &site{name: fmt.Sprintf("m%02d", i), dir: filepath.Join(w.root, "fleet"), state: fmt.Sprintf("clusters/m%02d/rotation.yaml", i)}
		if apart {
			s.dir, s.state = filepath.Join(w.root, s.name), "rotation.yaml"
			w.repository(s.name)
		}
		w.sites = append(w.sites, s)
		if i == 0 {
			w.must("init", "--new", "--name", s.name, "--linkerd-version", "2.18", "--recipient", strings.TrimSpace(string(recipient)), "-s", s.path())
		} else {
			w.copied(w.sites[0], s)
		}
	}
	w.fleetFile(members - 1)
	if apart {
		for _, s := range w.sites {
			w.push(s.dir, "begin")
		}
		w.must("fleet", "pin", "-f", w.file(), "--repositories", w.root)
	}
	w.push(filepath.Join(w.root, "fleet"), "begin")
	for _, s := range w.sites {
		w.applied(s)
		s.endpoints = [2]pair{s.declared, s.declared}
	}
	return w
}

func (s *site) path() string { return filepath.Join(s.dir, filepath.FromSlash(s.state)) }

func (w *grid) file() string { return filepath.Join(w.root, "fleet", "fleet.yaml") }

func (w *grid) repository(name string) {
	w.t.Helper()
	w.g.api("POST", "/user/repos", map[string]any{"name": name, "default_branch": "main"}, nil)
	w.g.lean(name)
	dir := filepath.Join(w.root, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		w.t.Fatal(err)
	}
	w.git(w.root, "init", "-q", "-b", "main", dir)
	w.git(dir, "remote", "add", "origin", w.g.url+"/bot/"+name+".git")
}

// copied gives a member the anchor and the keys of another one.
func (w *grid) copied(from, to *site) {
	w.t.Helper()
	text, err := os.ReadFile(from.path())
	if err == nil {
		err = os.CopyFS(filepath.Join(filepath.Dir(to.path()), "keys"), os.DirFS(filepath.Join(filepath.Dir(from.path()), "keys")))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.write(to.path(), strings.Replace(string(text), "name: "+from.name+"\n", "name: "+to.name+"\n", 1))
}

// fleetFile lists the first members, all linked with one another.
func (w *grid) fleetFile(members int) {
	w.t.Helper()
	was, _ := os.ReadFile(w.file())
	text := "apiVersion: l5d-pki-render/v1alpha1\nkind: Fleet\nmetadata: {name: prod}\nspec:\n  members:\n"
	var names []string
	for _, s := range w.sites[:members] {
		text += "  - name: " + s.name + "\n    state: " + s.state + "\n    observation: observed/" + s.name + ".yaml\n"
		if w.apart {
			text += "    repository: " + s.name + "\n"
			if _, rest, found := strings.Cut(string(was), "repository: "+s.name+"\n    commit: "); found {
				text += "    commit: " + strings.Fields(rest)[0] + "\n"
			}
		}
		names = append(names, s.name)
	}
	w.write(w.file(), text+"  links:\n  - members: ["+strings.Join(names, ", ")+"]\n")
}

// push commits everything and pushes it to the main branch.
func (w *grid) push(dir, message string) {
	w.t.Helper()
	w.git(dir, "add", "-A")
	w.git(dir, "commit", "-q", "-m", message)
	w.git(dir, "push", "-q", "-u", "origin", "main")
	w.git(dir, "remote", "set-head", "origin", "main")
	w.wait("the first push", func() bool {
		var r struct{ Empty bool }
		w.g.api("GET", "/repos/bot/"+filepath.Base(dir), nil, &r)
		return !r.Empty
	})
}

func (w *grid) call(args ...string) result {
	w.t.Helper()
	cmd := exec.Command(w.tool, args...)
	cmd.Dir, cmd.Env = w.root, w.env()
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Run(); cmd.ProcessState == nil {
		w.t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

func (w *grid) must(args ...string) string {
	w.t.Helper()
	r := w.call(args...)
	if r.code != 0 {
		w.t.Fatalf("%q: code %d\n%s%s", args, r.code, r.out, r.stderr)
	}
	return r.out
}

// material is what the state of a member on the main branch declares; the tool is asked
// once for each text of a state.
func (w *grid) material(s *site) (phase string, p pair) {
	w.t.Helper()
	text, err := os.ReadFile(s.path())
	if err != nil {
		w.t.Fatal(err)
	}
	if m, known := w.known[string(text)]; known {
		return m.phase, m.pair
	}
	var status struct {
		Phase          string
		Bundle, Issuer []string
	}
	if err := json.Unmarshal([]byte(w.must("status", "-o", "json", "-s", s.path())), &status); err != nil {
		w.t.Fatal(err)
	}
	w.known[string(text)] = material{status.Phase, pair{status.Bundle, status.Issuer}}
	lines := strings.Split(string(text), "\n")
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	for rest := []byte(strings.Join(lines, "\n")); ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if cert, err := x509.ParseCertificate(block.Bytes); err == nil {
			sum := sha256.Sum256(block.Bytes)
			w.certs[hex.EncodeToString(sum[:])] = cert
		}
	}
	return status.Phase, pair{status.Bundle, status.Issuer}
}

// applied lets a cluster follow the main branch of its repository.
func (w *grid) applied(s *site) { _, s.declared = w.material(s) }

// observe writes what a cluster has into a file.
func (w *grid) observe(s *site) string {
	endpoint := func(name string, p pair) map[string]any {
		return map[string]any{"group": "proxies", "namespace": "shop", "workload": name, "bundle": p.bundle, "chain": p.chain, "count": 3}
	}
	o := map[string]any{
		"apiVersion": "l5d-pki-render/v1alpha1", "kind": "Observation", "cluster": s.name, "at": time.Now().UTC().Format(time.RFC3339),
		"covers":       []string{"control-plane", "identity", "proxies", "gateways", "extensions", "external-workloads"},
		"controlPlane": map[string]any{"trustRoots": s.declared.bundle, "injectors": []any{map[string]any{"pod": "injector-0", "bundle": s.declared.bundle}}},
		"identity":     []any{map[string]any{"pod": "identity-0", "bundle": s.declared.bundle, "issuer": s.declared.chain}},
		"endpoints":    []any{endpoint("web", s.endpoints[0]), endpoint("api", s.endpoints[1])},
	}
	text, err := json.Marshal(o)
	if err != nil {
		w.t.Fatal(err)
	}
	file := filepath.Join(w.top, "seen", s.name+".yaml")
	w.write(file, string(text))
	return file
}

// meets fails where an endpoint refuses another one of the fleet.
func (w *grid) meets(members int, when string) {
	w.t.Helper()
	seen := map[string]bool{}
	for _, a := range w.sites[:members] {
		for _, b := range w.sites[:members] {
			for _, holder := range a.endpoints {
				for _, server := range b.endpoints {
					key := fmt.Sprint(holder.bundle, server.chain)
					if seen[key] {
						continue
					}
					seen[key] = true
					options := x509.VerifyOptions{Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}}
					for _, fp := range holder.bundle {
						options.Roots.AddCert(w.certs[fp])
					}
					for _, fp := range server.chain[1:] {
						options.Intermediates.AddCert(w.certs[fp])
					}
					if _, err := w.certs[server.chain[0]].Verify(options); err != nil {
						w.t.Fatalf("%s: %s refuses %s: %v", when, a.name, b.name, err)
					}
				}
			}
		}
	}
}

// fleetReport is what `pr --fleet -o json` says.
type fleetReport struct {
	report
	Parts []struct {
		Repository, Commit, URL string
		Number                  int
	}
}

// propose makes the pull requests of one round; false where no member may move.
func (w *grid) propose(out map[string]bool, move ...string) (r fleetReport, moved bool, why string) {
	w.t.Helper()
	args := append([]string{"pr"}, move...)
	args = append(args, "--fleet", w.file(), "--repositories", w.root, "--forge", "gitea", "-o", "json", "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
	for _, s := range w.sites {
		if !out[s.name] && strings.Contains(w.members(), "name: "+s.name+"\n") {
			args = append(args, "--evidence", w.observe(s))
		}
	}
	got := w.call(args...)
	if got.code == 1 && strings.Contains(got.stderr, `"code": "fleet-`) {
		return r, false, got.stderr
	}
	if err := json.Unmarshal([]byte(got.out), &r); err != nil || got.code != 0 {
		w.t.Fatalf("%q: code %d: %s%s", move, got.code, got.out, got.stderr)
	}
	if again := w.call(args...); !strings.Contains(again.out, `"operation": "none"`) || !strings.Contains(again.out, r.Commit) {
		w.t.Errorf("%q again: %s%s", move, again.out, again.stderr)
	}
	return r, true, ""
}

func (w *grid) members() string {
	text, err := os.ReadFile(w.file())
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// judge runs the guard on a branch of a repository, for one state, and returns the codes
// of what it finds.
func (w *grid) judge(dir, state, branch string) (codes string) {
	w.t.Helper()
	w.git(dir, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*")
	r := w.call("pr", "--guard", "--base", "main", "--head", "refs/remotes/origin/"+branch, "-s", state, "--fleet", w.file(), "--repositories", w.root, "--forge", "gitea", "--dry-run", "-o", "json")
	var judged struct {
		Safe     bool
		Findings []struct{ Code, Text string }
	}
	if err := json.Unmarshal([]byte(r.out), &judged); err != nil {
		w.t.Fatalf("the guard of %s: %v: %s%s", dir, err, r.out, r.stderr)
	}
	for _, f := range judged.Findings {
		codes += f.Code + ": " + f.Text + "\n"
	}
	return codes
}

// mergeOne merges the pull request of a branch by the API, and brings the clone up to date.
func (w *grid) mergeOne(repository, branch string) {
	w.t.Helper()
	var open []pull
	w.g.api("GET", "/repos/bot/"+repository+"/pulls?state=open&limit=50", nil, &open)
	if len(open) != 1 || open[0].Head.Ref != branch {
		w.t.Fatalf("%s: open pull requests: %+v", repository, open)
	}
	w.opened[repository]++
	w.wait("a merge", func() bool {
		status, _ := w.g.try("POST", fmt.Sprintf("/repos/bot/%s/pulls/%d/merge", repository, open[0].Number), map[string]any{"Do": "merge"})
		return status == http.StatusOK
	})
	w.git(filepath.Join(w.root, repository), "pull", "-q", "--ff-only", "origin", "main")
}

// mergeAll merges a change: the fleet's pull request first, then the others. Some of the
// members are judged; before the fleet's is merged they are refused.
func (w *grid) mergeAll(r fleetReport) {
	w.t.Helper()
	const judged = 2
	fleet := filepath.Join(w.root, "fleet")
	if !w.apart {
		for _, s := range w.sites[:judged] {
			if codes := w.judge(fleet, s.path(), r.Branch); codes != "" {
				w.t.Fatalf("the guard refuses %s: %s", s.name, codes)
			}
		}
		w.mergeOne("fleet", r.Branch)
		return
	}
	if codes := w.judge(fleet, filepath.Join(fleet, "rotation.yaml"), r.Branch); codes != "" {
		w.t.Fatalf("the guard refuses the pins: %s", codes)
	}
	for _, name := range []string{r.Parts[0].Repository} {
		if codes := w.judge(filepath.Join(w.root, name), filepath.Join(w.root, name, "rotation.yaml"), r.Branch); !strings.HasPrefix(codes, "fleet-pinned") {
			w.t.Errorf("the guard of %s before the pin: %q", name, codes)
		}
	}
	w.mergeOne("fleet", r.Branch)
	for i, p := range r.Parts {
		if i < judged {
			if codes := w.judge(filepath.Join(w.root, p.Repository), filepath.Join(w.root, p.Repository, "rotation.yaml"), r.Branch); codes != "" {
				w.t.Fatalf("the guard refuses %s: %s", p.Repository, codes)
			}
		}
		w.mergeOne(p.Repository, r.Branch)
	}
}

// back brings one member one step back: a pull request of its own and, where it is in
// another repository, one that pins it.
func (w *grid) back(s *site) {
	w.t.Helper()
	var r report
	out := w.must("pr", "back", "-s", s.path(), "--forge", "gitea", "-o", "json", "--evidence", w.observe(s), "--assume", "DELIVERED-ELSEWHERE", "--because", "seen in the test")
	if err := json.Unmarshal([]byte(out), &r); err != nil {
		w.t.Fatal(err)
	}
	if w.apart {
		fleet := filepath.Join(w.root, "fleet")
		w.git(fleet, "checkout", "-q", "-b", "pin-back")
		w.git(s.dir, "fetch", "-q", "origin", "+refs/heads/*:refs/remotes/origin/*")
		w.must("fleet", "pin", "-f", w.file(), "--repositories", w.root, "--member", s.name, "--commit", "refs/remotes/origin/"+r.Branch)
		w.git(fleet, "commit", "-q", "-a", "-m", "pin "+s.name)
		w.git(fleet, "push", "-q", "origin", "pin-back")
		w.git(fleet, "checkout", "-q", "main")
		w.g.api("POST", "/repos/bot/fleet/pulls", map[string]any{"title": "pin", "head": "pin-back", "base": "main"}, nil)
		if codes := w.judge(fleet, filepath.Join(fleet, "rotation.yaml"), "pin-back"); codes != "" {
			w.t.Fatalf("the guard refuses the pin of a step back: %s", codes)
		}
		w.mergeOne("fleet", "pin-back")
	}
	if codes := w.judge(s.dir, s.path(), r.Branch); codes != "" {
		w.t.Fatalf("the guard refuses a step back: %s", codes)
	}
	w.mergeOne(filepath.Base(s.dir), r.Branch)
}

// joins adds the last member to the fleet file, by a reviewed change.
func (w *grid) joins() {
	w.t.Helper()
	fleet := filepath.Join(w.root, "fleet")
	w.git(fleet, "checkout", "-q", "-b", "join")
	w.fleetFile(len(w.sites))
	if w.apart {
		w.must("fleet", "pin", "-f", w.file(), "--repositories", w.root, "--member", w.sites[len(w.sites)-1].name)
	}
	w.git(fleet, "commit", "-q", "-a", "-m", "join")
	w.git(fleet, "push", "-q", "origin", "join")
	state := filepath.Join(fleet, "rotation.yaml")
	if !w.apart {
		state = w.sites[0].path()
	}
	w.g.api("POST", "/repos/bot/fleet/pulls", map[string]any{"title": "join", "head": "join", "base": "main"}, nil)
	w.git(fleet, "checkout", "-q", "main")
	if codes := w.judge(fleet, state, "join"); codes != "" {
		w.t.Fatalf("the guard refuses the late joiner: %s", codes)
	}
	w.mergeOne("fleet", "join")
}

// walk goes from stable to stable.
func (w *grid) walk(strategy string) {
	members, last := len(w.sites)-1, w.sites[len(w.sites)-1]
	lost, returns, heldByLost, wentBack := w.sites[1], 0, 0, false
	old := w.sites[0].declared.bundle[0]
	move, round := []string{"start", "anchor", "--strategy", strategy}, 0
	for ; ; round++ {
		if round > 40 {
			w.t.Fatalf("the fleet does not arrive:\n%s", w.call("fleet", "status", "-f", w.file(), "--repositories", w.root).out)
		}
		out := map[string]bool{}
		if round >= 2 && returns == 0 {
			out[lost.name] = true
		}
		r, moved, why := w.propose(out, move...)
		switch {
		case moved:
			w.mergeAll(r)
		case out[lost.name] && strings.Contains(why, lost.name):
			if heldByLost++; heldByLost == 1 {
				returns = round
			}
		}
		move = nil
		phases := map[string]int{}
		for _, s := range w.sites[:members] {
			phase, _ := w.material(s)
			phases[phase]++
			s.endpoints[1] = s.endpoints[0]
			if !out[s.name] {
				w.applied(s)
				s.endpoints[0] = s.declared
			}
		}
		w.meets(members, fmt.Sprintf("round %d", round))
		w.t.Logf("round %d: %v, moved: %v", round, phases, moved)
		switch {
		case round == 1:
			members++
			w.joins()
			w.meets(members, "the late joiner")
			move = []string{"start", "anchor"}
		case round > 2 && !wentBack && moved && w.mayGoBack(w.sites[2]):
			w.back(w.sites[2])
			wentBack = true
			w.applied(w.sites[2])
			w.sites[2].endpoints[0] = w.sites[2].declared
			w.meets(members, "one that goes back")
		}
		if phases["stable"] == members && !slices.Contains(w.sites[0].declared.bundle, old) {
			break
		}
	}
	if heldByLost == 0 || !wentBack {
		w.t.Errorf("the unreachable member held %d rounds; one went back: %v", heldByLost, wentBack)
	}
	for _, s := range w.sites {
		if fmt.Sprint(s.declared.bundle) != fmt.Sprint(last.declared.bundle) || len(s.declared.bundle) != 1 || s.declared.bundle[0] == old {
			w.t.Errorf("%s ends with %v", s.name, s.declared.bundle)
		}
	}
	total := 0
	for repository, n := range w.opened {
		var all []pull
		w.g.api("GET", "/repos/bot/"+repository+"/pulls?state=all&limit=50", nil, &all)
		if total += n; len(all) != n {
			w.t.Errorf("%s: %d pull requests, %d were made", repository, len(all), n)
		}
	}
	w.t.Logf("%s: %d members, %d rounds, %d pull requests merged, held %d rounds by the unreachable member", strategy, members, round+1, total, heldByLost)
}

// mayGoBack reports whether a member is in a phase whose step back changes nothing that
// others need: after the bundle was added, or the issuer switched.
func (w *grid) mayGoBack(s *site) bool {
	phase, _ := w.material(s)
	return strings.HasSuffix(phase, "-spread") || phase == "anchor-swapped"
}

// TestFleets: a whole anchor rotation of a fleet as pull requests, merged by the API. With
// L5D_PROVE_LONG=1 by both strategies, for 30 members in as many repositories and in one.
func TestFleets(t *testing.T) {
	members, strategies := 4, map[bool][]string{true: {"bundle"}}
	if long := os.Getenv(proveLong); long != "" {
		members, strategies = 30, map[bool][]string{true: {"bundle", "cross-sign"}, false: {"bundle", "cross-sign"}}
		if n, err := strconv.Atoi(long); err == nil && n > 1 {
			members = n
		}
	}
	for _, apart := range []bool{true, false} {
		for _, strategy := range strategies[apart] {
			t.Run(fmt.Sprintf("%s, a repository each: %v", strategy, apart), func(t *testing.T) { newGrid(t, apart, members).walk(strategy) })
		}
	}
}
