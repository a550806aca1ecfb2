package repo

import "strings"

// Ambiguous says that a name can mean different commits.
type Ambiguous struct {
	Meanings []string
}

func (a *Ambiguous) Error() string { return "can mean " + strings.Join(a.Meanings, " or ") }

// ResolveOne is [Repo.Resolve] for a name that somebody else chose: a branch and
// a tag of one name, or a branch that is named like a hash, are [Ambiguous] where
// they are different commits. A name in full (refs/heads/NAME) is not.
func (r *Repo) ResolveOne(name string) (string, error) {
	commit, err := r.Resolve(name)
	if err != nil || name == "HEAD" || strings.HasPrefix(name, "refs/") {
		return commit, err
	}
	var meanings []string
	for _, prefix := range []string{"refs/", "refs/heads/", "refs/tags/", "refs/remotes/"} {
		if _, err := r.git("show-ref", "--verify", "--quiet", "--", prefix+name); err == nil {
			meanings = append(meanings, prefix+name)
		}
	}
	if isHex(name) {
		objects, _ := r.git("rev-parse", "--disambiguate="+name) // of a short hash; a longer name is none
		meanings = append(meanings, strings.Fields(objects)...)
	}
	found := &Ambiguous{}
	differ := false
	for _, meaning := range meanings {
		if meant, err := r.Resolve(meaning); err == nil {
			found.Meanings = append(found.Meanings, meaning)
			differ = differ || meant != commit
		}
	}
	if differ {
		return "", found
	}
	return commit, nil
}

func isHex(name string) bool { return strings.Trim(strings.ToLower(name), "0123456789abcdef") == "" }
