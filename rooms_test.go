// Package rooms holds the test that keeps the house as it is drawn: who may
// import whom, one importer per outside library, and purity below the shell.
package rooms

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/l5d-pki/l5d-pki-render/"

// arrows: room -> the rooms that it may import. Every room may import pkg/problem.
var arrows = map[string][]string{
	"cmd/l5d-pki-render": {"internal/cli"},
	// Every command; the main program has what hosts call, and becomes this one for the rest.
	"cmd/l5d-pki-render-full": {"internal/cli", "internal/custody/exchange", "internal/custody/sshkey"},
	// The libraries of Helm and kustomize are linked into a program of their own (docs/chart.md).
	"cmd/l5d-pki-render-chart": {"internal/chart", "internal/child", "internal/kustomize"},
	// What kustomize makes of a repository is bounded there, too (docs/kustomize.md).
	"internal/kustomize":      {"internal/chart/exchange", "internal/address", "internal/disk"},
	"internal/chart":          {"internal/chart/exchange", "internal/disk", "internal/address", "internal/secret"},
	"internal/disk":           {},
	"internal/chart/exchange": {"internal/exchange", "internal/sink"},
	"internal/exchange":       {},
	"internal/cli":            {"internal/screen", "internal/terminal", "internal/nextstep", "internal/nextstep/look", "internal/adopt", "internal/phase", "internal/history", "internal/recovery/facts", "internal/moves", "pkg/linkerd", "internal/disk", "pkg/state", "pkg/pki", "pkg/rotation", "pkg/render", "internal/custody", "internal/kms", "internal/picture", "internal/overlay", "internal/krm", "internal/chart/exchange", "internal/proposal", "internal/proposal/base", "internal/proposal/guard", "internal/proposal/plan", "internal/repo", "internal/forge", "internal/child", "internal/address", "internal/sink", "internal/secret", "pkg/survey", "schema", "internal/recovery", "internal/files", "internal/statefile", "internal/report", "internal/argocd", "internal/chartphase", "internal/component", "internal/helmplugin", "internal/lint", "internal/custody/keyfile", "internal/custody/exchange", "pkg/delivery", "internal/outputs", "internal/workloads", "internal/check", "internal/evidence", "internal/observe", "internal/observe/exchange", "internal/observe/caller", "internal/fleet/command", "internal/alerts", "internal/board", "internal/audit/pack", "internal/audit/command", "internal/usage"},
	"internal/forge":          {"internal/exchange", "internal/address"},
	// The clients of the forges are linked into a program of their own (docs/forges.md).
	"cmd/l5d-pki-render-forge": {"internal/forge/client"},
	"internal/forge/client":    {"internal/forge"},
	// Key files are written for the Secrets that pkg/render knows.
	"internal/custody/exchange": {"internal/exchange"},
	"internal/custody/sshkey":   {},
	"internal/custody":          {"internal/custody/exchange", "pkg/linkerd", "pkg/state", "pkg/pki", "pkg/render", "internal/manifest", "internal/child", "internal/secret"},
	// Whose keys are where, before one is destroyed or written over.
	"internal/custody/keyuse":  {"internal/disk", "internal/files", "internal/fleet", "internal/lazy", "internal/repo", "internal/sink", "internal/statefile", "pkg/pki", "pkg/render", "pkg/state"},
	"internal/custody/keyfile": {"internal/custody", "internal/custody/keyuse", "internal/files", "internal/statefile", "internal/repo", "pkg/state", "pkg/pki", "pkg/render", "internal/disk", "internal/sink", "internal/screen", "internal/report", "pkg/rotation"},
	// The clients of Kubernetes and Prometheus are linked into a program of their own (docs/observe.md).
	"cmd/l5d-pki-render-cluster": {"internal/observe/client"},
	"internal/observe/client":    {"internal/address", "pkg/gate", "pkg/handshake", "pkg/pki", "internal/observe", "internal/observe/exchange", "pkg/linkerd", "pkg/rotation"},
	"internal/observe/caller":    {"pkg/gate", "pkg/pki", "internal/child", "internal/observe", "internal/observe/exchange", "pkg/rotation", "pkg/state"},
	"internal/observe/exchange":  {"pkg/gate", "pkg/pki", "internal/observe", "internal/exchange"},
	"pkg/handshake":              {"pkg/pki"},
	"internal/observe":           {"pkg/gate", "internal/manifest", "pkg/linkerd", "pkg/pki", "pkg/rotation", "pkg/state"},
	// A module of its own: its back ends are larger than all of the rest.
	"cmd/l5d-pki-render-kms": {},
	"internal/kms":           {"pkg/pki", "internal/secret"},
	"internal/overlay":       {"pkg/linkerd", "internal/manifest"},
	"internal/krm":           {"pkg/render", "pkg/state", "internal/manifest"},
	"internal/repo":          {"internal/child", "internal/address", "internal/disk"},
	// Other programs are run by one package, which decides what they see of the environment.
	"internal/child":    {"internal/disk"},
	"internal/address":  {},
	"internal/recovery": {"pkg/rotation", "pkg/state", "internal/sink"},
	// Linked clusters that are rotated in step: the fleet file and the rules.
	"internal/fleet": {"internal/manifest", "internal/screen", "internal/sink", "pkg/pki", "pkg/rotation", "pkg/state"},
	// Every history of a small fleet, decided by these rules.
	"internal/fleet/explore":  {"internal/fleet", "pkg/rotation", "pkg/state"},
	"internal/fleet/checkout": {"internal/manifest", "internal/repo", "internal/sink", "internal/moves", "internal/custody", "internal/custody/keyfile", "internal/disk", "internal/files", "internal/fleet", "internal/proposal/base", "internal/statefile", "pkg/pki", "pkg/render", "pkg/rotation", "pkg/state"},
	// The commands of a fleet: flags, one call, what is printed.
	"internal/fleet/command": {"internal/moves", "internal/screen", "internal/custody", "internal/files", "internal/fleet", "internal/fleet/checkout", "internal/fleet/explore", "internal/observe/caller", "internal/report", "internal/sink", "pkg/linkerd", "pkg/rotation", "pkg/state"},
	// The audit trail of a state's log, and what it is made from and checked against.
	"internal/audit":         {"pkg/pki", "pkg/rotation", "pkg/state"},
	"internal/audit/command": {"internal/audit/pack", "internal/files"},
	"internal/audit/pack":    {"internal/audit", "internal/evidence", "internal/files", "internal/history", "internal/lazy", "internal/proposal/base", "internal/repo", "internal/secret", "internal/sink", "internal/statefile", "pkg/rotation", "pkg/state"},
	// What a monitoring system needs to know of a state.
	"internal/alerts": {"pkg/linkerd", "pkg/rotation", "pkg/state"},
	// The signed form of observation files.
	"internal/evidence": {},
	// What check says of an observation.
	"internal/check": {"internal/sink", "pkg/linkerd", "pkg/pki", "pkg/rotation", "pkg/state"},
	// Reading and changing files, with errors that a user can act on.
	"internal/files":     {"internal/disk", "pkg/state", "internal/sink"},
	"internal/statefile": {"internal/disk", "internal/files", "pkg/state", "internal/sink"},
	// The report for a change board: flags are of internal/cli.
	"internal/board":           {"internal/custody", "internal/files", "internal/fleet", "internal/fleet/checkout", "internal/lint", "internal/moves", "internal/nextstep", "internal/recovery", "internal/recovery/facts", "internal/report", "internal/report/document", "internal/statefile", "pkg/delivery", "pkg/rotation", "pkg/state"},
	"internal/report/document": {"internal/picture", "internal/secret", "internal/sink"},
	"internal/report":          {"internal/custody/keyuse", "internal/report/document", "internal/sink", "internal/screen", "internal/nextstep", "internal/secret", "pkg/pki", "internal/picture", "pkg/rotation", "internal/recovery", "pkg/delivery", "pkg/state"},
	// Workflows: one host or task each, without flags. The command layer calls them.
	"internal/argocd": {"internal/address", "internal/chart/exchange", "internal/chartphase", "internal/child", "internal/custody", "internal/custody/keyfile", "internal/files", "internal/manifest", "internal/overlay", "internal/secret", "internal/sink", "internal/statefile", "pkg/delivery", "pkg/render", "pkg/state", "internal/disk"},
	// What a phase does to a chart, for every command that renders one.
	"internal/chartphase": {"pkg/linkerd", "internal/address", "internal/chart/exchange", "internal/custody", "internal/custody/keyfile", "internal/secret", "internal/statefile", "pkg/render", "pkg/state", "internal/files", "pkg/delivery", "internal/sink"},
	"internal/lint":       {"internal/manifest", "internal/screen", "pkg/delivery", "internal/custody", "internal/custody/keyfile", "internal/disk", "internal/files", "internal/repo", "internal/secret", "internal/sink", "internal/statefile", "pkg/pki", "pkg/render", "pkg/state", "pkg/survey"},
	"internal/outputs":    {"internal/disk", "pkg/gate", "pkg/rotation", "internal/chart/exchange", "internal/chartphase", "internal/component", "internal/custody", "internal/custody/keyfile", "internal/files", "internal/overlay", "internal/report", "internal/secret", "internal/statefile", "internal/workloads", "pkg/delivery", "pkg/render", "pkg/state", "internal/sink"},
	// A state file and its versions in Git.
	"internal/history": {"internal/files", "internal/recovery", "internal/repo", "internal/statefile", "pkg/delivery", "pkg/state", "internal/sink"},
	// What the diagnosis of internal/recovery goes by.
	"internal/recovery/facts": {"internal/custody", "internal/custody/keyfile", "internal/history", "internal/lint", "internal/moves", "internal/recovery", "internal/repo", "internal/statefile", "pkg/delivery", "pkg/render", "pkg/rotation", "pkg/state"},
	// The current phase of a state as a stream, as values and as manifests.
	"internal/phase": {"pkg/delivery", "internal/custody", "internal/custody/keyfile", "internal/statefile", "pkg/render", "pkg/state"},
	// Moves on a state file: start, advance, back, rollout.
	"internal/moves": {"internal/screen", "internal/custody", "internal/custody/keyfile", "internal/files", "internal/kms", "internal/proposal/base", "internal/report", "internal/statefile", "pkg/delivery", "pkg/pki", "pkg/render", "pkg/rotation", "pkg/state", "internal/sink", "internal/custody/keyuse"},
	// The first state file of a mesh.
	"internal/adopt/values": {"internal/manifest", "pkg/linkerd"},
	"internal/adopt":        {"internal/adopt/values", "internal/custody", "internal/custody/keyfile", "internal/disk", "internal/files", "internal/statefile", "pkg/linkerd", "pkg/pki", "pkg/render", "pkg/rotation", "pkg/state", "internal/sink"},
	"internal/workloads":    {"internal/custody/keyfile", "internal/disk", "internal/files", "internal/report", "internal/sink", "internal/statefile", "pkg/render", "pkg/rotation", "pkg/state"},
	"internal/component":    {"internal/chart/exchange", "internal/files", "internal/krm", "internal/overlay", "pkg/linkerd", "pkg/render", "pkg/state", "internal/disk", "internal/sink"},
	// Pull requests: what each side knows of the repository, the change that is made,
	// what is said of it, and the guard that judges it.
	"internal/proposal":       {"internal/custody/keyuse", "internal/address", "internal/fleet", "internal/fleet/checkout", "internal/outputs", "internal/moves", "internal/custody", "internal/custody/keyfile", "internal/files", "internal/forge", "internal/proposal/base", "internal/proposal/plan", "internal/proposal/text", "internal/repo", "internal/secret", "internal/sink", "internal/statefile", "pkg/pki", "pkg/render", "pkg/rotation", "pkg/state"},
	"internal/proposal/base":  {"internal/outputs", "internal/address", "internal/custody", "internal/disk", "internal/files", "internal/forge", "internal/repo", "internal/statefile", "pkg/rotation", "pkg/state", "internal/child", "internal/evidence", "internal/sink"},
	"internal/proposal/guard": {"internal/custody/keyuse", "internal/fleet", "internal/fleet/checkout", "internal/moves", "internal/outputs", "internal/custody", "internal/custody/keyfile", "internal/disk", "internal/files", "internal/forge", "internal/lint", "internal/proposal/base", "internal/proposal/text", "internal/repo", "internal/secret", "internal/sink", "internal/statefile", "pkg/pki", "pkg/render", "pkg/rotation", "pkg/state", "pkg/survey", "internal/evidence"},
	// What becomes of a wish follows from what was seen: no Git, no forge, no clock.
	"internal/proposal/plan": {"internal/forge", "internal/proposal/text", "internal/sink", "pkg/rotation", "pkg/state", "pkg/delivery"},
	"internal/proposal/text": {"internal/forge", "internal/report", "internal/sink", "pkg/delivery", "pkg/rotation", "pkg/state", "internal/custody/keyuse"},
	"internal/helmplugin":    {"internal/disk", "internal/files", "internal/report", "internal/sink"},
	"pkg/postrender":         {"pkg/render", "pkg/state"},
	// Observations are read as strictly as states are, with positions.
	"pkg/rotation": {"pkg/gate", "pkg/linkerd", "pkg/delivery", "pkg/render", "pkg/state", "pkg/pki", "internal/manifest"},
	"pkg/render":   {"pkg/gate", "pkg/linkerd", "pkg/state", "pkg/pki", "internal/manifest", "internal/secret"},
	// An object of the cluster by which hosts wait for a gate.
	"pkg/gate": {"pkg/state"},
	// The ways of objects into a cluster, and the commands for them.
	"pkg/delivery": {"pkg/gate", "pkg/linkerd", "pkg/render", "pkg/state", "internal/sink"},
	// Findings in a repository have the form of findings in a state.
	"pkg/survey": {"pkg/linkerd", "pkg/state", "pkg/pki", "internal/manifest", "internal/secret"},
	// The state file is read and written with positions and comments kept, and
	// only one room knows YAML text.
	"pkg/state":         {"pkg/linkerd", "internal/manifest", "internal/secret"},
	"pkg/pki":           {"pkg/linkerd"},
	"internal/manifest": {},
	"internal/picture":  {},
	// Text for a terminal of a given width, and what the terminal is.
	"internal/screen":   {"internal/picture", "internal/sink"},
	"internal/terminal": {"internal/screen"},
	// What a wrong command line meant, what shells complete, what codes mean.
	"internal/usage": {"internal/lazy", "internal/recovery", "internal/statefile", "internal/terminal", "pkg/state"},
	// What a person does next, and what that follows from.
	"internal/nextstep":      {"pkg/linkerd", "pkg/delivery", "pkg/rotation", "pkg/state"},
	"internal/nextstep/look": {"internal/disk", "internal/files", "internal/nextstep", "internal/outputs", "internal/proposal/base", "internal/repo", "internal/statefile", "pkg/delivery", "pkg/render", "pkg/rotation", "pkg/state"},
	"internal/sink":          {},
	// The one detector of private keys, which everything else asks.
	"internal/secret": {},
	"pkg/problem":     {},
	"internal/lazy":   {},
	"internal/order":  {},
	// Facts about Linkerd, and nothing about this tool.
	"pkg/linkerd": {},
	"schema":      {},
}

// libraries: outside library -> the rooms that import it.
var libraries = map[string][]string{
	"github.com/spf13/cobra":                   {"internal/cli", "internal/fleet/command", "internal/audit/command", "internal/usage"},
	"github.com/spf13/pflag":                   {"internal/cli", "internal/usage"},
	"go.yaml.in/yaml/v4":                       {"internal/manifest"},
	"sigs.k8s.io/yaml":                         {"pkg/state", "pkg/render", "internal/cli", "internal/report", "internal/observe/caller", "internal/argocd", "internal/chartphase", "internal/chart", "internal/custody", "internal/krm", "internal/fleet/command", "internal/alerts", "internal/board", "internal/audit/pack"},
	"go.step.sm/crypto":                        {"cmd/l5d-pki-render-kms"},
	"golang.org/x/crypto":                      {"cmd/l5d-pki-render-kms"},
	"github.com/gofrs/flock":                   {"internal/disk"},
	"golang.org/x/sys":                         {"internal/disk"},
	"helm.sh/helm/v3/pkg/postrender":           {"pkg/postrender"},
	"golang.org/x/term":                        {"internal/workloads", "internal/terminal"},
	"golang.org/x/text":                        {"internal/proposal/guard"},
	"github.com/santhosh-tekuri/jsonschema/v6": {"internal/chart"},
	"github.com/rogpeppe/go-internal/diff":     {"internal/report"},
	"github.com/invopop/jsonschema":            {"schema/gen"},
	"filippo.io/age":                           {"internal/custody", "internal/custody/exchange", "internal/custody/sshkey"},
	"sigs.k8s.io/kustomize/api":                {"internal/kustomize"},
	"sigs.k8s.io/kustomize/kyaml":              {"internal/kustomize"},
	"helm.sh/helm/v3/pkg/chart":                {"internal/chart"},
	"helm.sh/helm/v3/pkg/chartutil":            {"internal/chart"},
	"helm.sh/helm/v3/pkg/engine":               {"internal/chart"},
	"helm.sh/helm/v3/pkg/registry":             {"internal/chart"},
	"helm.sh/helm/v3/pkg/releaseutil":          {"internal/chart"},
	"helm.sh/helm/v3/pkg/strvals":              {"internal/chart"},
	"helm.sh/helm/v4/pkg/chart":                {"internal/chart"},
	"helm.sh/helm/v4/pkg/engine":               {"internal/chart"},
	"helm.sh/helm/v4/pkg/release/v1/util":      {"internal/chart"},
	"helm.sh/helm/v4/pkg/strvals":              {"internal/chart"},
	"github.com/Masterminds/semver/v3":         {"internal/chart"},
	"oras.land/oras-go/v2":                     {"internal/chart"},
	"github.com/google/go-github/v89":          {"internal/forge/client"},
	"gitlab.com/gitlab-org/api/client-go":      {"internal/forge/client"},
	"code.gitea.io/sdk/gitea":                  {"internal/forge/client"},
	"k8s.io/client-go":                         {"internal/observe/client"},
	"k8s.io/apimachinery":                      {"internal/observe/client"},
}

// keyWriters are the rooms that may have the text of a private key's marker:
// others ask internal/secret, so that no detector of their own finds less.
// (pkg/problem explains it to readers.)
var keyWriters = []string{"internal/secret", "pkg/pki", "pkg/problem"}

// pure rooms read nothing from outside: no clock, files, environment, randomness.
var pure = []string{"internal/fleet", "pkg/linkerd", "pkg/state", "pkg/pki", "pkg/rotation", "pkg/render", "pkg/survey", "pkg/problem", "internal/manifest", "internal/picture", "internal/krm", "internal/sink", "internal/secret", "internal/recovery", "internal/report", "internal/screen", "internal/nextstep", "internal/proposal/plan", "internal/proposal/text", "pkg/delivery", "internal/check", "internal/evidence", "internal/observe", "internal/lazy", "internal/order", "internal/report/document", "pkg/gate", "internal/fleet/explore", "internal/audit", "internal/adopt/values"}

// outside is what a pure room may not name.
var outside = map[string][]string{
	"time": {"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTimer", "NewTicker"},
	"os":   nil, "os/exec": nil, "io/ioutil": nil, "crypto/rand": nil, "math/rand": nil, "math/rand/v2": nil,
	"runtime": nil, "log": nil, "log/slog": nil,
}

// forAll are the packages that every other one may import; they import none of ours.
var forAll = []string{"pkg/problem", "internal/lazy", "internal/order"}

// helpers are programs and tests' rooms that the picture does not show.
var helpers = []string{"fixtures", "bench", "schema/gen", "e2e", "internal/custody/clustertest", "internal/testkit", "scripts", "release", "site"}

func TestRooms(t *testing.T) {
	rooms := 0
	names := linkerdNames(t)
	for _, file := range sources(t) {
		room := filepath.ToSlash(filepath.Dir(file))
		if room == "." || isHelper(room) {
			continue
		}
		allowed, known := arrows[room]
		if !known {
			t.Errorf("%s: room %q stands in no picture: add it to arrows", file, room)
			continue
		}
		rooms++
		parsed := parse(t, file)
		for _, path := range imports(t, parsed) {
			checkArrow(t, file, room, path, allowed)
		}
		if slices.Contains(pure, room) {
			checkPure(t, file, parsed)
		}
		if room != "internal/child" {
			checkAlone(t, file, parsed)
		}
		if !slices.Contains(keyWriters, room) {
			checkMarkers(t, file, parsed)
		}
		if room != "pkg/linkerd" {
			checkNames(t, file, parsed, names)
		}
		if room != "internal/sink" {
			checkNotes(t, file, parsed)
		}
		if !slices.Contains(writers, room) {
			checkWrites(t, file, parsed)
		}
	}
	if rooms < 20 {
		t.Fatalf("looked at %d files only: the walk is broken", rooms)
	}
}

// checkNotes holds that notes are written by sink.Note, which keeps the names of others in one
// line. A note may also be the lead of a line of package screen, or several lines of ours.
func checkNotes(t *testing.T, file string, parsed *ast.File) {
	ast.Inspect(parsed, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || len(call.Args) < 2 {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || !strings.HasPrefix(sel.Sel.Name, "Fprint") {
			return true
		}
		ast.Inspect(call.Args[1], func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && strings.HasPrefix(text.Value, `"note: `) {
				t.Errorf("%s: write %s with sink.Note", file, text.Value)
			}
			return true
		})
		return true
	})
}

func checkArrow(t *testing.T, file, room, path string, allowed []string) {
	if own, inside := strings.CutPrefix(path, module); inside {
		if !slices.Contains(forAll, own) && !slices.Contains(allowed, own) {
			t.Errorf("%s: room %s may not import %s", file, room, own)
		}
		return
	}
	if !strings.Contains(strings.SplitN(path, "/", 2)[0], ".") {
		return // standard library
	}
	for library, importers := range libraries {
		if path == library || strings.HasPrefix(path, library+"/") {
			if !slices.Contains(importers, room) {
				t.Errorf("%s: %s has its importers already: %v", file, path, importers)
			}
			return
		}
	}
	t.Errorf("%s: library %s stands in no table: add it to libraries with its one importer", file, path)
}

func checkPure(t *testing.T, file string, parsed *ast.File) {
	for _, spec := range parsed.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		names, listed := outside[path]
		if !listed {
			continue
		}
		if names == nil {
			t.Errorf("%s: a pure room imports %s", file, path)
			continue
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if pkg, ok := sel.X.(*ast.Ident); ok && pkg.Name == filepath.Base(path) && slices.Contains(names, sel.Sel.Name) {
					t.Errorf("%s: a pure room calls %s.%s", file, pkg.Name, sel.Sel.Name)
				}
			}
			return true
		})
	}
}

// checkAlone refuses programs that are run, and the environment that is read as a
// whole, outside of internal/child: what a program sees is decided there.
func checkAlone(t *testing.T, file string, parsed *ast.File) {
	if slices.Contains(imports(t, parsed), "os/exec") {
		t.Errorf("%s: only internal/child imports os/exec", file)
	}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok && slices.Contains([]string{"Environ", "StartProcess"}, sel.Sel.Name) {
			if pkg, ok := sel.X.(*ast.Ident); ok && slices.Contains([]string{"os", "syscall", "unix"}, pkg.Name) {
				t.Errorf("%s: only internal/child uses %s.%s", file, pkg.Name, sel.Sel.Name)
			}
		}
		return true
	})
}

// writers are the rooms that create, rename and remove files: disk, and repo
// with its temporary worktree.
var writers = []string{"internal/disk", "internal/repo"}

// writes are the functions of os that change files.
var writes = []string{
	"Create", "CreateTemp", "OpenFile", "WriteFile", "Truncate", "Rename", "Link", "Symlink", "Remove", "RemoveAll",
	"Mkdir", "MkdirAll", "MkdirTemp", "Chmod", "Chown", "Lchown", "Chtimes",
}

// writesOfRoots are names of functions that change files in os and of methods that
// do in os.Root, and that nothing else has.
var writesOfRoots = []string{"OpenFile", "WriteFile", "MkdirAll", "Symlink", "Lchown", "Chtimes"}

// mayWrite are files outside of those rooms, with the functions that they call.
var mayWrite = map[string][]string{
	// Asks whether there is a terminal.
	"internal/child/group_unix.go": {"OpenFile"},
	// Opens for reading, and does not wait for a named pipe.
	"internal/files/read.go": {"OpenFile"},
}

func checkWrites(t *testing.T, file string, parsed *ast.File) {
	ast.Inspect(parsed, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			pkg, _ := sel.X.(*ast.Ident)
			writes := pkg != nil && pkg.Name == "os" && slices.Contains(writes, sel.Sel.Name) || slices.Contains(writesOfRoots, sel.Sel.Name)
			if writes && !slices.Contains(mayWrite[filepath.ToSlash(file)], sel.Sel.Name) {
				t.Errorf("%s: %s: files are changed by internal/disk", file, sel.Sel.Name)
			}
		}
		return true
	})
}

// checkMarkers refuses literals with a marker of private keys.
func checkMarkers(t *testing.T, file string, parsed *ast.File) {
	ast.Inspect(parsed, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING && strings.Contains(lit.Value, "PRIVATE KEY") {
			t.Errorf("%s: %s: only %v have this text", file, lit.Value, keyWriters)
		}
		return true
	})
}

func isHelper(room string) bool {
	for _, h := range helpers {
		if room == h || strings.HasPrefix(room, h+"/") {
			return true
		}
	}
	return false
}

func sources(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "bin") {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func parse(t *testing.T, file string) *ast.File {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

func imports(t *testing.T, parsed *ast.File) []string {
	t.Helper()
	var paths []string
	for _, spec := range parsed.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	return paths
}
