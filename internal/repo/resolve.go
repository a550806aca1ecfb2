package repo

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
)

// Ambiguous says that a name can mean different commits.
type Ambiguous struct {
	Meanings []string
}

func (a *Ambiguous) Error() string { return "can mean " + strings.Join(a.Meanings, " or ") }

// suffix begins what may follow a name (gitrevisions); no name of a branch or tag has it.
var suffix = lazy.New(`[\^~:]|@\{`)

// ResolveOne is [Repo.Resolve] for a name that somebody else chose: a branch and
// a tag of one name, or a branch that is named like a hash, are [Ambiguous] where
// they are different commits. A name in full (refs/heads/NAME) is not. What follows a
// name (~1, ^0, @{1}) goes on from what the name means.
func (r *Repo) ResolveOne(name string) (string, error) {
	commit, err := r.Resolve(name)
	if at := suffix.Regexp().FindStringIndex(name); err == nil && at != nil && at[0] > 0 {
		_, err = r.ResolveOne(name[:at[0]])
		return commit, err
	}
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

// KnownDefault is the ref of a remote's default branch as a clone noted it, "" where it
// noted none. Somebody may push a branch of the name HEAD, which a fetch puts in that
// place; it is no symbolic ref.
func (r *Repo) KnownDefault(remote string) string {
	below := "refs/remotes/" + remote + "/"
	ref, err := r.git("symbolic-ref", "--quiet", below+"HEAD")
	if err != nil || !strings.HasPrefix(ref, below) || ref == below+"HEAD" {
		return ""
	}
	return ref
}

func isHex(name string) bool { return strings.Trim(strings.ToLower(name), "0123456789abcdef") == "" }
