package survey

import (
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// trustBundle is a trust-manager Bundle.
type trustBundle struct {
	cursor
	name    string
	key     cursor   // of the target ConfigMap
	secrets []cursor // names of the Secrets that it is made of
}

func (s *Survey) trustBundle(c cursor) {
	b := trustBundle{cursor: c, name: c.get("metadata", "name").value(), key: c.get("spec", "target", "configMap", "key")}
	for _, source := range c.get("spec", "sources").items() {
		if secret := source.get("secret", "name"); secret.there() {
			b.secrets = append(b.secrets, secret)
		}
	}
	s.trustBundles = append(s.trustBundles, b)
	s.inlineRoots(c, b.name)
}

// inlineRoots compares the trust roots that a Bundle has as text, where it has no
// other source. trust-manager puts them into an order of its own.
func (s *Survey) inlineRoots(c cursor, name string) {
	var text []string
	sources := c.get("spec", "sources").items()
	for _, source := range sources {
		if inline := source.get("inLine"); inline.there() {
			text = append(text, inline.value())
		}
	}
	if name != trustRoots || len(text) == 0 || len(text) < len(sources) {
		return
	}
	all := strings.Join(text, "\n")
	have, want := fingerprints(all), slices.Clone(s.want.bundle)
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(slices.Compact(have), want) {
		s.bundles = append(s.bundles, foundBundle{at: sources[0].get("inLine").spot(), text: all})
	}
}

// ofMesh tells Linkerd's trust bundle from others: by its name, or because it
// is made of Linkerd's anchors and has the key that Linkerd reads.
func (b trustBundle) ofMesh() bool {
	if b.name == trustRoots {
		return true
	}
	for _, secret := range b.secrets {
		if strings.Contains(secret.value(), "linkerd") && strings.Contains(secret.value(), "anchor") {
			return true
		}
	}
	return strings.Contains(b.name, "linkerd") && b.key.value() == trustRootsKey
}

func (s *Survey) judgeTrustBundles() {
	for _, b := range s.trustBundles {
		if !b.ofMesh() {
			continue
		}
		if b.name != trustRoots {
			b.get("metadata", "name").say(pki.Error, problem.SurveyBundleName, b.name)
		}
		if b.key.value() != trustRootsKey {
			b.key.say(pki.Error, problem.SurveyBundleKey, b.key.value())
		}
		for _, source := range b.secrets {
			s.judgeSource(source)
		}
	}
}

// judgeSource looks for the Certificate that writes a Secret. Clusters of one
// repository use the same names, so only the nearest files count.
func (s *Survey) judgeSource(source cursor) {
	for _, c := range s.nearest(source.file.name, source.value()) {
		if !c.disabled {
			source.say(pki.Error, problem.SurveyLiveBundle, c.secret, c.name, c.file.name)
		}
	}
}

// nearest are the Certificates for a Secret whose files share most folders with
// the named one.
func (s *Survey) nearest(name, secret string) []certificate {
	var found []certificate
	most := -1
	for _, c := range s.certificates {
		shared := sharedFolders(c.file.name, name)
		if c.secret != secret || shared < most || apart(c.file.name, name) || s.ofOther(c, name, shared) {
			continue
		}
		if shared > most {
			found, most = nil, shared
		}
		found = append(found, c)
	}
	return found
}

// ofOther reports whether a Certificate belongs to another Bundle of the same
// Secret, whose file is nearer to it.
func (s *Survey) ofOther(c certificate, bundle string, shared int) bool {
	return slices.ContainsFunc(s.trustBundles, func(b trustBundle) bool {
		made := slices.ContainsFunc(b.secrets, func(source cursor) bool { return source.value() == c.secret })
		return made && b.file.name != bundle && sharedFolders(b.file.name, c.file.name) > shared
	})
}

// perCluster are names of folders that have one folder for each cluster.
var perCluster = []string{"cluster", "clusters", "environment", "environments", "env", "envs", "region", "regions", "site", "sites",
	"stage", "stages", "fleet", "tenants"}

// apart reports whether two files lie in the folders of two clusters.
func apart(a, b string) bool {
	as, bs := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	n := sharedFolders(a, b)
	return n > 0 && n < min(len(as), len(bs)) && slices.Contains(perCluster, strings.ToLower(as[n-1])) &&
		!isShared(as[n]) && !isShared(bs[n])
}

// isShared reports whether a folder's name says that clusters share it.
func isShared(name string) bool {
	return slices.Contains([]string{"base", "bases", "common", "shared", "all", "default", "global", "_base"}, strings.ToLower(name))
}

// sharedFolders counts the folders that two paths have in common from the root.
func sharedFolders(a, b string) int {
	as, bs := strings.Split(path.Dir(a), "/"), strings.Split(path.Dir(b), "/")
	n := 0
	for n < min(len(as), len(bs)) && as[n] == bs[n] {
		n++
	}
	return n
}
