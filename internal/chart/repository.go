package chart

import (
	"fmt"
	"net/url"
	"sort"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/chart/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/Masterminds/semver/v3"
	"sigs.k8s.io/yaml"
)

// index is a chart repository's index.yaml, as far as it is needed here.
type index struct {
	APIVersion string                    `json:"apiVersion"`
	Entries    map[string][]indexVersion `json:"entries"`
}

// indexVersion is one packed version of a chart.
type indexVersion struct {
	Version string   `json:"version"`
	URLs    []string `json:"urls"`
	// Digest is the SHA-256 of the archive, hex, with or without "sha256:".
	Digest string `json:"digest"`
}

// fromRepository gets the archive of a chart that a chart repository lists.
func fromRepository(r exchange.Request) ([]byte, error) {
	base, err := url.Parse(strings.TrimSuffix(r.Repo, "/") + "/")
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, problem.ChartNotFound.With(fmt.Sprintf("%q is no repository's URL", address.Redact(r.Repo)))
	}
	client, err := newClient(r.Access, maxIndex)
	if err != nil {
		return nil, err
	}
	text, err := get(client, base.JoinPath("index.yaml"), r.Access, true)
	if err != nil {
		return nil, err
	}
	found, err := pick(text, r.Chart, r.Version)
	if err != nil {
		return nil, err
	}
	locked := found.digest()
	if data, cached := cache(r.CacheDir).get(locked); cached {
		return data, nil
	}
	from, err := base.Parse(found.URLs[0])
	if err != nil {
		return nil, problem.ChartIndex.With(fmt.Sprintf("%q is no URL", address.Redact(found.URLs[0])))
	}
	data, err := fromURL(r, from, from.Host == base.Host && from.Scheme == base.Scheme)
	if err != nil {
		return nil, err
	}
	if locked != "" {
		err = checkDigest(archiveDigest(data), locked, r.HideDigest)
	}
	return data, err
}

// fromURL downloads an archive.
func fromURL(r exchange.Request, address *url.URL, trusted bool) ([]byte, error) {
	client, err := newClient(r.Access, maxArchive)
	if err != nil {
		return nil, err
	}
	return get(client, address, r.Access, trusted)
}

// digest in this tool's form; "" where the index has none.
func (v indexVersion) digest() string {
	if v.Digest == "" {
		return ""
	}
	return "sha256:" + strings.TrimPrefix(v.Digest, "sha256:")
}

// pick finds a version in an index as Helm does: the very text first, then the
// highest version that fits it as a constraint; "" is the highest that is no
// pre-release.
func pick(text []byte, name, version string) (indexVersion, error) {
	var i index
	if err := yaml.Unmarshal(text, &i); err != nil {
		return indexVersion{}, problem.ChartIndex.With("it is no YAML of the expected form")
	}
	if i.APIVersion == "" {
		return indexVersion{}, problem.ChartIndex.With("apiVersion is missing")
	}
	versions := i.Entries[name]
	if len(versions) == 0 {
		return indexVersion{}, problem.ChartNotFound.With(fmt.Sprintf("the repository has no chart %q", name))
	}
	found, ok := choose(versions, version)
	switch {
	case !ok:
		return indexVersion{}, problem.ChartNotFound.With(fmt.Sprintf("the repository has no version %q of chart %q", version, name))
	case len(found.URLs) == 0:
		return indexVersion{}, problem.ChartIndex.With(fmt.Sprintf("version %q of chart %q has no URL", found.Version, name))
	}
	return found, nil
}

func choose(versions []indexVersion, asked string) (indexVersion, bool) {
	for _, v := range versions {
		if v.Version == asked {
			return v, true
		}
	}
	if asked == "" {
		asked = "*"
	}
	constraint, err := semver.NewConstraint(asked)
	if err != nil {
		return indexVersion{}, false
	}
	type candidate struct {
		entry  indexVersion
		parsed *semver.Version
	}
	var fitting []candidate
	for _, v := range versions {
		if parsed, err := semver.NewVersion(v.Version); err == nil && constraint.Check(parsed) {
			fitting = append(fitting, candidate{v, parsed})
		}
	}
	if len(fitting) == 0 {
		return indexVersion{}, false
	}
	sort.SliceStable(fitting, func(a, b int) bool { return fitting[a].parsed.GreaterThan(fitting[b].parsed) })
	return fitting[0].entry, true
}
