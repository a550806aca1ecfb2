package client

import (
	"net/http"
	"strings"

	"code.gitea.io/sdk/gitea"
)

// labelColor of labels that are made, the blue of Linkerd's own pages.
const labelColor = "#2beda7"

// labelIDs finds labels by name, in the repository first, then in its
// organisation. Those that are missing are made, or left out.
func (g *giteaForge) labelIDs(lib *gitea.Client, names []string, make bool) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	known, err := g.knownLabels(lib)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, name := range names {
		id, found := known[strings.ToLower(name)]
		switch {
		case !found && !make:
			continue
		case !found:
			label, _, err := lib.CreateLabel(g.target.Owner, g.target.Repo, gitea.CreateLabelOption{Name: name, Color: labelColor})
			if err != nil {
				return nil, err
			}
			id = label.ID
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// knownLabels by name in lower case.
func (g *giteaForge) knownLabels(lib *gitea.Client) (map[string]int64, error) {
	known := map[string]int64{}
	read := func(list func(gitea.ListOptions) ([]*gitea.Label, *gitea.Response, error)) error {
		return pages(func(page int) (int, error) {
			labels, answer, err := list(gitea.ListOptions{Page: page, PageSize: giteaPage})
			if err != nil {
				return 0, err
			}
			for _, l := range labels {
				if _, earlier := known[strings.ToLower(l.Name)]; !earlier {
					known[strings.ToLower(l.Name)] = l.ID
				}
			}
			return answer.NextPage, nil
		})
	}
	err := read(func(o gitea.ListOptions) ([]*gitea.Label, *gitea.Response, error) {
		return lib.ListRepoLabels(g.target.Owner, g.target.Repo, gitea.ListLabelsOptions{ListOptions: o})
	})
	if err != nil {
		return nil, err
	}
	err = read(func(o gitea.ListOptions) ([]*gitea.Label, *gitea.Response, error) {
		return lib.ListOrgLabels(g.target.Owner, gitea.ListOrgLabelsOptions{ListOptions: o})
	})
	if f := asFault(err); f != nil && (f.status == http.StatusNotFound || f.status == http.StatusForbidden) { // the owner is a user
		err = nil
	}
	return known, err
}
