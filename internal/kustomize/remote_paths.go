package kustomize

import (
	"encoding/json"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/api/types"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// guard is a file system for kustomize that refuses kustomizations that refer
// to the network: kustomize would run git or make a request, and has no switch
// for either.
type guard struct {
	filesys.FileSystem
	root    string
	refused problem.List
	// What the kustomization at root itself does after its components.
	renames, moves bool
	// kustomizations are the paths that were asked for, by the path behind their links.
	kustomizations map[string]string
	// read are the files that kustomize has read, for what its errors must not tell.
	read [][]byte
}

// quote is an error of kustomize in words that tell no key.
func (g *guard) quote(err error) string {
	var words []string
	for _, text := range g.read {
		words = append(words, secretWords(string(text))...)
	}
	return quotable(err, g.root, words...)
}

// maxFile is the size of the largest file of a kustomization, in bytes.
const maxFile = 16 << 20

// ReadFile reads a file, and refuses a kustomization that refers to the network.
func (g *guard) ReadFile(path string) ([]byte, error) {
	data, err := g.readBounded(path)
	if err != nil {
		return nil, err
	}
	g.read = append(g.read, data)
	if asked, linked := g.kustomizations[path]; linked {
		path = asked
	}
	if isKustomizationFile(path) {
		err = g.judge(path, data)
	}
	return data, err
}

// CleanedAbs follows links. kustomize reads what it gives, so a kustomization
// behind a link is known by the name that was asked for.
func (g *guard) CleanedAbs(path string) (filesys.ConfirmedDir, string, error) {
	dir, name, err := g.FileSystem.CleanedAbs(path)
	if err == nil && isKustomizationFile(path) {
		g.kustomizations[dir.Join(name)] = path
	}
	return dir, name, err
}

func isKustomizationFile(path string) bool {
	return slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
}

func (g *guard) readBounded(path string) ([]byte, error) {
	if disk.InGit(g.root, path) {
		return nil, g.refuse(problem.OverlayGit.With(g.relative(path)))
	}
	file, err := g.FileSystem.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxFile+1))
	if len(data) > maxFile {
		return nil, g.refuse(problem.OverlayTooLarge.With(maxFile).On(g.relative(path)))
	}
	return data, err
}

// judge looks at a kustomization as kustomize itself parses it, so that no
// spelling means one thing here and another there. Only paths of kustomizations
// are handed to git, and only they are the reason for this: HTTP is closed.
func (g *guard) judge(path string, data []byte) error {
	var k types.Kustomization
	if k.Unmarshal(data) != nil {
		return nil // kustomize fails in the same function
	}
	var content any
	text, err := json.Marshal(k)
	if err == nil {
		err = json.Unmarshal(text, &content)
	}
	if err != nil {
		return g.refuse(problem.OverlayBuild.With(g.quote(err)).On(g.relative(path)).Because(err))
	}
	for _, reference := range remotes(content, true) {
		_ = g.refuse(problem.OverlayRemote.With(address.Redact(reference)).On(g.relative(path)))
	}
	if filepath.Dir(path) == filepath.Clean(g.root) {
		g.renames = g.renames || k.NamePrefix != "" || k.NameSuffix != "" || len(k.Transformers) > 0
		g.moves = g.moves || k.Namespace != ""
	}
	return g.refused.Err()
}

func (g *guard) refuse(p *problem.Problem) error {
	if !slices.ContainsFunc(g.refused, func(q *problem.Problem) bool { return q.Error() == p.Error() }) {
		g.refused = append(g.refused, p)
	}
	return p
}

func (g *guard) relative(path string) string {
	if short, err := filepath.Rel(g.root, path); err == nil {
		return filepath.ToSlash(short)
	}
	return path
}

// pathFields hold paths of files or folders, or of what kustomize takes for a
// URL (api/types/kustomization.go). Their case does not matter to kustomize.
var pathFields = []string{
	"resources", "bases", "components", "crds", "configurations", "generators", "transformers", "validators",
	"patchesstrategicmerge", "path", "paths", "files", "env", "envs",
}

// freeFields of a kustomization hold text of people's own, not paths.
var freeFields = []string{"commonlabels", "commonannotations", "labels", "metadata", "images", "literals", "patch"}

// remotes lists what stands in path fields and leads to the network.
func remotes(content any, kustomization bool) (found []string) {
	var walk func(value any, isPath bool)
	walk = func(value any, isPath bool) {
		switch v := value.(type) {
		case map[string]any:
			for key, inner := range v {
				name := strings.ToLower(key)
				if !kustomization || !slices.Contains(freeFields, name) {
					walk(inner, slices.Contains(pathFields, name))
				}
			}
		case []any:
			for _, inner := range v {
				walk(inner, isPath)
			}
		case string:
			if isPath {
				found = append(found, remotesIn(v)...)
			}
		}
	}
	walk(content, false)
	slices.Sort(found)
	return slices.Compact(found)
}

// remotesIn looks at one value: a path, KEY=PATH, or a whole object as text.
// kustomize tries the same text as an object, a file and a repository.
func remotesIn(text string) []string {
	_, path, keyed := strings.Cut(text, "=")
	if isRemote(text) || keyed && isRemote(path) {
		return []string{text}
	}
	var content any
	if strings.ContainsAny(text, "\n{") && yaml.Unmarshal([]byte(text), &content) == nil {
		return remotes(content, false)
	}
	return nil
}

// isRemote reports whether kustomize clones or fetches a path. Case is folded as
// kustomize does it, by Go's ToLower: that of "\u0130" is "i", which (?i) does not know.
func isRemote(path string) bool {
	return remote().MatchString(path) || remote().MatchString(strings.ToLower(path))
}

// remote is what kustomize clones or fetches: a URL, user@host:path, and what
// begins like GitHub's (api/internal/git/repospec.go, api/internal/loader/fileloader.go).
var remote = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*(git::|(https?|ssh|file):|github\.com[/:]|[a-z][a-z0-9-]*@[^/:]*[/:])`)
})
