package overlay

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"sigs.k8s.io/kustomize/api/konfig"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/kustomize/kyaml/yaml"
)

// guard is a disk on which kustomize finds no way to the network. kustomize has
// no switch for that: a URL in a kustomization is fetched, by git or by HTTP.
// All of them stand in files that it reads first, so these are looked at here.
type guard struct {
	filesys.FileSystem
	root    string
	refused problem.List
	// What the kustomization at root itself does after its components.
	renames, moves bool
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

// ReadFile reads a file, and refuses one that leads to the network.
func (g *guard) ReadFile(path string) ([]byte, error) {
	data, err := g.FileSystem.ReadFile(path)
	if err != nil {
		return nil, err
	}
	g.read = append(g.read, data)
	kustomization := slices.Contains(konfig.RecognizedKustomizationFileNames(), filepath.Base(path))
	if !kustomization && !builtin().Match(data) {
		return data, nil
	}
	var content any
	if err := yaml.Unmarshal(data, &content); err != nil {
		if kustomization {
			return nil, g.refuse(problem.OverlayBuild.With(g.quote(err)).On(g.relative(path)).Because(err))
		}
		return data, nil // no builtin transformer, then: kustomize parses it the same way
	}
	for _, reference := range remotes(content, kustomization) {
		_ = g.refuse(problem.OverlayRemote.With(reference).On(g.relative(path)))
	}
	if len(g.refused) > 0 {
		return nil, g.refused.Err()
	}
	if kustomization && filepath.Dir(path) == filepath.Clean(g.root) {
		g.note(content)
	}
	return data, nil
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

// note looks at what the kustomization at root does itself.
func (g *guard) note(content any) {
	fields, _ := content.(map[string]any)
	for key, value := range fields {
		switch text, _ := value.(string); strings.ToLower(key) {
		case "nameprefix", "namesuffix":
			g.renames = g.renames || text != ""
		case "transformers":
			g.renames = true
		case "namespace":
			g.moves = g.moves || text != ""
		}
	}
}

// builtin are files that configure kustomize's own transformers and generators.
var builtin = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`apiVersion["']?\s*:\s*["']?builtin`)
})

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
		case map[any]any: // how a mapping with a key that is no string is read
			for key, inner := range v {
				name := strings.ToLower(fmt.Sprint(key))
				walk(inner, slices.Contains(pathFields, name))
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
func remotesIn(text string) []string {
	if strings.ContainsAny(text, "\n{") {
		var content any
		if yaml.Unmarshal([]byte(text), &content) != nil {
			return nil
		}
		return remotes(content, false)
	}
	_, path, keyed := strings.Cut(text, "=")
	if remote().MatchString(text) || keyed && remote().MatchString(path) {
		return []string{text}
	}
	return nil
}

// remote is what kustomize clones or fetches: a URL, user@host:path, and what
// begins like GitHub's (api/internal/git/repospec.go, api/internal/loader/fileloader.go).
var remote = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*(git::|(https?|ssh|file):|github\.com[/:]|[a-z][a-z0-9-]*@[^/:]*[/:])`)
})
