package argocd

import (
	"bytes"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/files"
	"github.com/l5d-pki/l5d-pki-render/internal/statefile"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"

	"sigs.k8s.io/yaml"
)

// skipMark, anywhere in a file, tells Argo CD that it is no manifest.
const skipMark = "+argocd:skip-file-rendering"

// manifests takes the manifests of the application's folder, in the order
// of their paths, as Argo CD does with a folder that is neither chart nor kustomization.
func (c *call) manifests() (render.Output, error) {
	var documents []exchange.Document
	var problems problem.List
	err := filepath.WalkDir(c.checkout.here, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return files.Unread(path, err)
		}
		below, err := filepath.Rel(c.checkout.here, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if below != "." && (!c.recurse || d.Name() == ".git") {
				return fs.SkipDir
			}
			return nil
		}
		if d.Type()&^fs.ModeSymlink != 0 || !files.IsManifest(d.Name()) || path == c.path || c.excludes(below) {
			return nil
		}
		found, err := c.manifestsIn(below, path)
		problems.Add(err)
		documents = append(documents, found...)
		return nil
	})
	problems.Add(err)
	if len(problems) > 0 {
		return render.Output{}, problems.Err()
	}
	if len(documents) == 0 {
		return render.Output{}, problem.ArgoCDNothing.With()
	}
	return c.postRender(documents)
}

// maxManifest is the largest file that is read, in bytes; the API server takes
// objects of 1.5 MiB at most.
const maxManifest = 64 << 20

func (c *call) excludes(below string) bool {
	for _, pattern := range c.exclude {
		if files.Match(strings.Split(pattern, "/"), strings.Split(filepath.ToSlash(below), "/")) {
			return true
		}
	}
	return false
}

// checkPatterns refuses a pattern that no name can match: what it should leave
// out would be applied.
func (c *call) checkPatterns() error {
	var problems problem.List
	for _, pattern := range c.exclude {
		for part := range strings.SplitSeq(pattern, "/") {
			if _, err := path.Match(part, ""); err != nil {
				problems.Add(problem.ArgoCDValue.With("exclude", "patterns like values/**", strconv.Quote(pattern)))
				break
			}
		}
	}
	return problems.Err()
}

// manifestsIn reads one file. A link is followed in the repository; one that leads
// to a folder is passed over, as Argo CD does.
func (c *call) manifestsIn(below, path string) ([]exchange.Document, error) {
	if _, err := c.checkout.file(below); err != nil {
		return nil, err
	}
	if files.IsDir(path) {
		return nil, nil
	}
	text, err := files.Read(path, maxManifest)
	if err != nil {
		return nil, err
	}
	if err := render.CheckEncoding(text); err != nil {
		return nil, problem.Of(err).In(filepath.ToSlash(below)).Err()
	}
	if bytes.Contains(text, []byte(skipMark)) || !looksLikeObjects(text) {
		return nil, nil
	}
	var found []exchange.Document
	name := filepath.ToSlash(below)
	for i, d := range documentsOf(name, string(text)) {
		if chartphase.OnlyComments(d.Text) {
			continue
		}
		var head struct{ APIVersion, Kind string }
		err := yaml.Unmarshal([]byte(d.Text), &head)
		switch {
		case err != nil:
			return nil, problem.ArgoCDNotManifest.With(i+1, "it is no YAML").In(name)
		case head.APIVersion == "" || head.Kind == "":
			return nil, problem.ArgoCDNotManifest.With(i+1, "it has no apiVersion or no kind").In(name)
		case !forTools(head.APIVersion):
			found = append(found, d)
		}
	}
	return found, nil
}

// looksLikeObjects is Argo CD's own test by which it tells values files and the
// like from manifests.
func looksLikeObjects(text []byte) bool {
	for _, word := range []string{"apiVersion", "kind", "metadata"} {
		if !bytes.Contains(text, []byte(word)) {
			return false
		}
	}
	return true
}

// forTools: state files and kustomizations have the form of objects and are for
// no cluster.
func forTools(apiVersion string) bool {
	return strings.HasPrefix(apiVersion, statefile.Group) || strings.HasPrefix(apiVersion, "kustomize.config.k8s.io/")
}
