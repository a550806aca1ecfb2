package audit

import (
	"encoding/json"
	"fmt"
)

// Review is who reviewed a change, as a forge exported it.
type Review struct {
	Known
	// PullRequest is its address.
	PullRequest string `json:"pullRequest,omitempty"`
	// MergedBy is who merged it.
	MergedBy string `json:"mergedBy,omitempty"`
	// MergedAt is when, as the forge wrote it.
	MergedAt string `json:"mergedAt,omitempty"`
	// Reviews in the order of the export.
	Reviews []Opinion `json:"reviews,omitempty"`
	// Source is the SHA-256 of the export, in lower-case hex.
	Source string `json:"source,omitempty"`
}

// Opinion is one review.
type Opinion struct {
	// By is the reviewer's login.
	By string `json:"by"`
	// State is the forge's word, such as APPROVED.
	State string `json:"state"`
	// At is when, as the forge wrote it.
	At string `json:"at"`
}

// Reviews are those of an export, by commit.
type Reviews map[string]Review

// exported is a pull request as
// `gh pr list --state merged --json url,commits,mergeCommit,mergedAt,mergedBy,reviews`
// writes it; further fields are passed over.
type exported struct {
	URL         string   `json:"url"`
	MergedAt    string   `json:"mergedAt"`
	MergedBy    login    `json:"mergedBy"`
	MergeCommit object   `json:"mergeCommit"`
	Commits     []object `json:"commits"`
	Reviews     []struct {
		Author      login  `json:"author"`
		State       string `json:"state"`
		SubmittedAt string `json:"submittedAt"`
	} `json:"reviews"`
}

type login struct {
	Login string `json:"login"`
}

type object struct {
	OID string `json:"oid"`
}

// ReadReviews reads an export.
func ReadReviews(text []byte) (Reviews, error) {
	var pulls []exported
	if err := json.Unmarshal(text, &pulls); err != nil {
		return nil, err
	}
	all := Reviews{}
	for i, p := range pulls {
		if p.URL == "" || p.MergedAt == "" || p.MergeCommit.OID == "" && len(p.Commits) == 0 {
			return nil, fmt.Errorf("entry %d has no url, mergedAt or commits", i+1)
		}
		r := Review{Known: yes, PullRequest: p.URL, MergedBy: p.MergedBy.Login, MergedAt: p.MergedAt, Source: Sum(text)}
		for _, o := range p.Reviews {
			r.Reviews = append(r.Reviews, Opinion{o.Author.Login, o.State, o.SubmittedAt})
		}
		for _, c := range append(p.Commits, p.MergeCommit) {
			if earlier, twice := all[c.OID]; twice && earlier.PullRequest != p.URL {
				return nil, fmt.Errorf("%s and %s have the same commit", earlier.PullRequest, p.URL)
			}
			all[c.OID] = r
		}
	}
	delete(all, "") // no merge commit
	return all, nil
}

func (r Reviews) of(commit string) Review {
	switch review, found := r[commit]; {
	case found:
		return review
	case r == nil:
		return Review{Known: no("no export of reviews was given")}
	case commit == "":
		return Review{Known: no("the log entry is in no commit")}
	}
	return Review{Known: no("the export of reviews has no pull request with this commit")}
}
