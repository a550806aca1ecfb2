// Package fleet rotates linked clusters in step. It holds the fleet file, the
// components of the link graph, and the rules: which member may take which step,
// and which members hold it back. It reads no file and no clock.
package fleet

import (
	"path"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// maxPairs bounds the pairs of members that all links name together: each is looked at.
const maxPairs = MaxMembers * MaxMembers / 2

// Kind heads every fleet file, beside [state.APIVersion].
const Kind = "Fleet"

// MaxMembers is how many members a fleet may have.
const MaxMembers = 1000

// File is the fleet file: the clusters that are rotated in step.
type File struct {
	// APIVersion is "l5d-pki-render/v1alpha1".
	APIVersion string `json:"apiVersion"`
	// Kind is "Fleet".
	Kind string `json:"kind"`
	// Metadata names the fleet, in the shape of a Kubernetes object's.
	Metadata state.Metadata `json:"metadata"`
	// Spec is what people decide.
	Spec Spec `json:"spec"`
}

// Spec is what people decide.
type Spec struct {
	// Members are the clusters of the fleet.
	Members []Member `json:"members"`
	// Links say which members share trust; absent: those of spec.links in the states.
	Links []Link `json:"links,omitempty"`
	// Canaries are members that take every step before the others, in this order.
	Canaries []string `json:"canaries,omitempty"`
	// Limits say how many members are moved together.
	Limits Limits `json:"limits,omitzero"`
}

// Member is one cluster.
type Member struct {
	// Name is metadata.name of the member's state file.
	Name string `json:"name"`
	// State is the path of its state file, relative to the fleet file; with repository,
	// from the top of that repository.
	State string `json:"state"`
	// Repository is the name of another repository that has the state. Its clone is the
	// directory of that name below --repositories.
	Repository string `json:"repository,omitempty"`
	// Commit is the commit of that repository at which the state is read: what it has
	// there is where the member is, or is about to go.
	Commit string `json:"commit,omitempty"`
	// Observation is the path of its latest observation, relative to the fleet file;
	// `observe --fleet` writes it.
	Observation string `json:"observation,omitempty"`
	// Context is the kubeconfig context of its cluster, which `observe --fleet` reads.
	Context string `json:"context,omitempty"`
	// Labels are yours; --selector chooses members by them.
	Labels map[string]string `json:"labels,omitempty"`
}

// Link is a set of members that are all linked with one another.
type Link struct {
	// Members are two names or more.
	Members []string `json:"members"`
}

// Limits say how many members are moved together; 0 or absent: no limit.
type Limits struct {
	// MembersPerPullRequest is how many members one pull request moves.
	MembersPerPullRequest int64 `json:"membersPerPullRequest,omitempty"`
	// Restarts is how many members may restart their workloads at the same time.
	Restarts int64 `json:"restarts,omitempty"`
}

// Parse reads a fleet file strictly; name is what problems call it.
func Parse(name string, data []byte) (*File, error) {
	f := new(File)
	place, problems := state.ReadAs(data, f)
	if len(problems) > 0 {
		return nil, problems.In(name).Err()
	}
	c := check{file: f, place: place}
	c.head()
	c.members()
	c.names()
	c.limits()
	if len(c.problems) > 0 {
		return nil, c.problems.In(name).Err()
	}
	return f, nil
}

// check finds what is wrong between the fields of a file.
type check struct {
	file     *File
	place    state.Place
	problems problem.List
}

func (c *check) add(p *problem.Problem, at ...any) {
	if p != nil {
		c.problems = append(c.problems, c.place(manifest.At(at...), p))
	}
}

func (c *check) head() {
	if f := c.file; f.APIVersion != state.APIVersion || f.Kind != Kind {
		c.add(problem.FleetHead.With(f.APIVersion, f.Kind, state.APIVersion, Kind), "kind")
	}
	c.add(state.DNSLabel(c.file.Metadata.Name), "metadata", "name")
}

// members have a name and a state file each, which no other member has.
func (c *check) members() {
	list := c.file.Spec.Members
	if len(list) == 0 {
		c.add(problem.FleetNoMembers.With(), "spec", "members")
	}
	if len(list) > MaxMembers {
		c.add(problem.StateTooMany.With(len(list), MaxMembers), "spec", "members")
		return
	}
	names, states, seen, contexts := map[string]string{}, map[string]string{}, map[string]string{}, map[string]string{}
	for i, m := range list {
		at := func(key string) []any { return []any{"spec", "members", i, key} }
		c.add(state.DNSLabel(m.Name), at("name")...)
		c.once(names, "the name", m.Name, m.Name, at("name"))
		c.once(states, "the state file", m.place(m.State), m.Name, at("state"))
		c.pin(m, at)
		if m.State == "" {
			c.add(problem.StateMissingKey.With("state"), at("state")...)
		}
		c.add(state.Breaks(m.State), at("state")...)
		c.add(state.Breaks(m.Observation), at("observation")...)
		c.add(state.Breaks(m.Context), at("context")...)
		if m.Observation != "" {
			c.once(seen, "the observation", Clean(m.Observation), m.Name, at("observation"))
		}
		if m.Context != "" { // one cluster would be read as two
			c.once(contexts, "the context", m.Context, m.Name, at("context"))
		}
	}
}

// pin: a commit is named in full, and with its repository. Its clone is looked for by
// name alone, so that a fleet file cannot choose what is read.
func (c *check) pin(m Member, at func(key string) []any) {
	switch {
	case m.Repository != "":
		c.add(state.DNSLabel(m.Repository), at("repository")...)
		if !isBelow(m.State) {
			c.add(problem.FleetPinState.With(m.State), at("state")...)
		}
	case m.Commit != "":
		c.add(problem.StateMissingKey.With("repository"), at("commit")...)
	}
	if m.Commit != "" && !isCommit(m.Commit) {
		c.add(problem.FleetPin.With(m.Commit), at("commit")...)
	}
}

// isCommit reports whether a text is the full name of a commit, of SHA-1 or SHA-256.
func isCommit(text string) bool {
	return (len(text) == 40 || len(text) == 64) && strings.Trim(text, "0123456789abcdef") == ""
}

// isBelow reports whether a path stays below the top of its repository.
func isBelow(p string) bool {
	return !path.IsAbs(p) && Clean(p) != ".." && !strings.HasPrefix(Clean(p), "../")
}

// place is a path of the member among those of all repositories.
func (m Member) place(p string) string {
	if m.Repository == "" {
		return Clean(p)
	}
	return m.Repository + ":" + Clean(p)
}

func (c *check) once(seen map[string]string, what, value, member string, at []any) {
	if other, twice := seen[value]; twice {
		c.add(problem.FleetTwice.With(what, value, other, member), at...)
	}
	seen[value] = member
}

// names of links and canaries are those of members.
func (c *check) names() {
	known := map[string]bool{}
	for _, m := range c.file.Spec.Members {
		known[m.Name] = true
	}
	pairs := 0
	for _, l := range c.file.Spec.Links {
		pairs += len(l.Members) * (len(l.Members) - 1) / 2
	}
	switch links := len(c.file.Spec.Links); {
	case links > MaxMembers:
		c.add(problem.StateTooMany.With(links, MaxMembers), "spec", "links")
		c.file.Spec.Links = nil
	case pairs > maxPairs:
		c.add(problem.FleetPairs.With(pairs, maxPairs), "spec", "links")
		c.file.Spec.Links = nil
	}
	for i, l := range c.file.Spec.Links {
		if len(l.Members) < 2 {
			c.add(problem.StateWrongType.With("a list of two members or more", "a shorter one"), "spec", "links", i, "members")
		}
		for j, name := range l.Members {
			if !known[name] {
				c.add(problem.FleetNoMember.With(name), "spec", "links", i, "members", j)
			}
		}
	}
	for i, name := range c.file.Spec.Canaries {
		if !known[name] {
			c.add(problem.FleetNoMember.With(name), "spec", "canaries", i)
		}
	}
}

func (c *check) limits() {
	for key, n := range map[string]int64{"membersPerPullRequest": c.file.Spec.Limits.MembersPerPullRequest, "restarts": c.file.Spec.Limits.Restarts} {
		if n < 0 || n > MaxMembers {
			c.add(problem.FleetLimit.With(key, n, MaxMembers), "spec", "limits", key)
		}
	}
}
