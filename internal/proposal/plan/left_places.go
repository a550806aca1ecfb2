package plan

import "strings"

// Place is a repository of a fleet's change with what was seen there; the fleet's own has
// no name.
type Place struct {
	Repository string
	Snapshot
}

// left reports whether the branch is left alone: somebody's commit is never replaced, and
// one of another clone only where the change is made anew.
func (p Place) left(w Wish) bool {
	return p.Head != nil && (p.Head.Foreign != "" || p.Head.Proof == "" && !w.Anew)
}

// reason says why the commit is not taken over.
func (h *Head) reason() string {
	switch {
	case h.Foreign != "":
		return h.Foreign
	case h.Replaced != "":
		return "it was made in this clone, and replaced by commit " + h.Replaced[:12]
	}
	return "it was made elsewhere: it is not recorded in this clone"
}

// LeftAlone reports the branches of a fleet's change that are left alone, every one of
// them, and with them the whole change; nil if there is none.
func LeftAlone(branch string, places []Place, w Wish) *Report {
	var whys []string
	anew := ", or run the command again with --anew"
	r := Report{Operation: OpLeft, Branch: branch}
	for _, p := range places {
		part := Part{Repository: p.Repository, Branch: branch}
		if len(p.Due) > 0 {
			part.Number, part.URL = p.Due[0].Number, p.Due[0].URL
		}
		if p.Head != nil {
			part.Commit = p.Head.Commit
		}
		where := "in repository " + p.Repository + ", "
		if p.Repository == "" {
			r.Commit, r.Number, r.URL, where = part.Commit, part.Number, part.URL, ""
		} else {
			r.Parts = append(r.Parts, part)
		}
		if p.left(w) {
			whys = append(whys, where+p.alone(p.Head))
		}
		if p.left(w) && p.Head.Foreign != "" {
			anew = ""
		}
	}
	if len(whys) == 0 {
		return nil
	}
	r.Why = strings.Join(whys, "; ") + ". To have the change made anew, delete each branch that is left alone" + anew
	return &r
}
