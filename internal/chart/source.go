package chart

import (
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/internal/disk"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/registry"
)

// source is a chart's files and what they are told by.
type source struct {
	engine engine
	name   string // as the user gave it
	digest string
	files  []*loader.BufferedFile
}

// open gets the chart's files and holds them against the locked digest before
// anything in them is read as a chart.
func open(r exchange.Request) (source, error) {
	if r.Digest != "" && !digestForm.MatchString(r.Digest) {
		return source{}, problem.ChartBadDigest.With(r.Digest)
	}
	e, err := engineOf(r.Engine)
	if err != nil {
		return source{}, err
	}
	s := source{engine: e, name: r.Chart}
	info, err := os.Stat(r.Chart)
	if err != nil { // an address may hold a login
		s.name = address.Redact(r.Chart)
	}
	here := err == nil
	if err = nil; here {
		r.Chart = filepath.Clean(r.Chart) // as Helm reads it: ".." goes before links are followed
		err = fenced(r.Chart, r.Within)
	}
	switch {
	case err != nil:
	case here && info.IsDir():
		err = s.readFolder(r.Chart)
	default:
		err = s.readPacked(r, here)
	}
	if err == nil {
		err = checkDigest(s.digest, r.Digest, r.HideDigest)
	}
	if err != nil {
		return source{}, problem.Of(err).In(s.name).Err()
	}
	return s, nil
}

// readFolder reads a chart's folder by Helm's rules (.helmignore, links followed).
func (s *source) readFolder(folder string) error {
	if _, err := os.Stat(folder + "/Chart.yaml"); err != nil {
		return problem.ChartNotFound.With("the folder has no Chart.yaml")
	}
	files, err := s.engine.folder(folder)
	if err != nil {
		return problem.ChartInvalid.With(plain(err)).Because(err)
	}
	for _, f := range files {
		if !disk.NamesGit(f.Name) { // where the chart is a clone: its configuration may hold credentials
			s.files = append(s.files, f)
		}
	}
	s.digest = treeDigest(s.files)
	return nil
}

func (s *source) readPacked(r exchange.Request, here bool) error {
	data, cached := cache(r.CacheDir).get(r.Digest)
	var err error
	switch {
	case here:
		data, err = readFile(r.Chart)
	case !cached:
		if data, err = download(r); err == nil {
			cache(r.CacheDir).put(data)
		}
	}
	if err != nil {
		return err
	}
	s.digest = archiveDigest(data)
	if err = checkDigest(s.digest, r.Digest, r.HideDigest); err == nil {
		s.files, err = readArchive(data)
	}
	return err
}

// download gets the archive from where the reference points.
func download(r exchange.Request) ([]byte, error) {
	from, err := url.Parse(r.Chart)
	switch {
	case registry.IsOCI(r.Chart):
		return fromRegistry(r)
	case err == nil && (from.Scheme == "https" || from.Scheme == "http"):
		return fromURL(r, from, true)
	case r.Repo != "" && registry.IsOCI(r.Repo):
		r.Chart, r.Repo = strings.TrimSuffix(r.Repo, "/")+"/"+r.Chart, ""
		return fromRegistry(r)
	case r.Repo != "":
		return fromRepository(r)
	}
	return nil, problem.ChartNotFound.With(fs.ErrNotExist)
}

func readFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, problem.ChartNotFound.With(plain(err)).Because(err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxArchive+1))
	if err != nil {
		return nil, problem.ChartNotFound.With(plain(err)).Because(err)
	}
	if len(data) > maxArchive {
		return nil, problem.ChartTooLarge.With("the archive", maxArchive)
	}
	return data, nil
}

// load makes a chart of the files. Rendering changes a chart (dependencies are
// switched off and values imported), so each render loads its own.
func (s *source) load() (loaded, error) {
	c, err := s.engine.load(s.files)
	if err != nil {
		return loaded{}, problem.ChartInvalid.With(err).In(s.name).Because(err)
	}
	return c, s.check(c)
}

// check refuses what Helm would not install.
func (s *source) check(c loaded) error {
	if c.kind != "" && c.kind != "application" {
		return problem.ChartLibrary.With(c.name, c.kind).In(s.name)
	}
	var missing []string
	for _, d := range c.dependencies {
		if !c.isPresent(d.name) {
			missing = append(missing, fmt.Sprintf("%q (%s)", d.name, d.version))
		}
	}
	if len(missing) > 0 {
		return problem.ChartDependencies.With(c.name, strings.Join(missing, ", ")).In(s.name)
	}
	return nil
}
