package rotation

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Coverage is how many pods of a group there are. The rows of the observation
// say how many of them were seen.
type Coverage struct {
	Group string `json:"group"`
	Pods  total  `json:"pods"`
}

// total is a count that may be zero.
type total int

// covers reports whether the group was seen whole: every pod of it has a row.
func (o *Observation) covers(group string) bool {
	if !o.counted() {
		return slices.Contains(o.Covers, group)
	}
	pods, listed := o.Pods(group)
	return listed && o.rows(group) == pods
}

// Covered lists the groups that were seen whole.
func (o *Observation) Covered() []string {
	var groups []string
	for _, g := range Groups {
		if o.covers(g) {
			groups = append(groups, g)
		}
	}
	return groups
}

// inferred lists the sources of facts that were concluded from something else.
func (o *Observation) inferred() []string {
	var list []string
	for _, f := range o.Facts {
		if line := f.Fact + " from " + f.Source; f.Exactness == InferredFact && !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	return list
}

// counted reports whether the observation counts its pods, as the second form does.
func (o *Observation) counted() bool { return o.APIVersion == ObservationVersion }

// Pods is how many pods of a group there are; listed is false if they were not counted.
func (o *Observation) Pods(group string) (pods int, listed bool) {
	i := slices.IndexFunc(o.Coverage, func(c Coverage) bool { return c.Group == group })
	if i < 0 {
		return 0, false
	}
	return int(o.Coverage[i].Pods), true
}

// rows is how many pods of a group the observation describes.
func (o *Observation) rows(group string) int {
	switch group {
	case GroupIdentity:
		return len(o.Identity)
	case GroupInjectors:
		return len(o.ControlPlane.Injectors)
	}
	n := 0
	for _, e := range o.Endpoints {
		if e.Group == group {
			n += e.Pods()
		}
	}
	return n
}

// missing lists the groups that were not seen whole, with what is known of
// their number.
func (o *Observation) missing() []string {
	var groups []string
	for _, g := range Groups {
		if o.covers(g) {
			continue
		}
		if pods, listed := o.Pods(g); listed {
			g = fmt.Sprintf("%s (%d of %d pods seen)", g, o.rows(g), pods)
		}
		groups = append(groups, g)
	}
	return groups
}

// unseenBundles says whose bundle the observation does not show; nothing: it
// shows what every endpoint holds and what those that start now are given.
func (o *Observation) unseenBundles() []string {
	list := o.unseenGroups()
	for _, e := range o.Endpoints {
		if e.Bundle == nil {
			list = append(list, "the bundle of "+e.words())
		}
	}
	for _, r := range o.Identity {
		if r.Bundle == nil {
			list = append(list, fmt.Sprintf("the bundle of identity replica %q", r.Pod))
		}
	}
	return append(list, o.unseenDelivery()...)
}

func (o *Observation) unseenDelivery() []string {
	var list []string
	if o.ControlPlane.TrustRoots == nil {
		list = append(list, "ConfigMap linkerd-identity-trust-roots")
	}
	if injectors := o.unseenInjectors(); injectors != "" {
		list = append(list, injectors)
	}
	return list
}

// unseenInjectors says which mounts of the injector were not seen, "" if all were.
func (o *Observation) unseenInjectors() string {
	seen := 0
	for _, in := range o.ControlPlane.Injectors {
		if in.Bundle != nil {
			seen++
		}
	}
	pods, listed := o.Pods(GroupInjectors)
	switch {
	case o.counted() && !listed, seen == 0:
		return "the injector's mount"
	case o.counted() && seen != pods, seen != len(o.ControlPlane.Injectors):
		return fmt.Sprintf("the injector's mount (%d of %d pods seen)", seen, max(pods, len(o.ControlPlane.Injectors)))
	}
	return ""
}

// unseenReplicas says which identity replicas were not seen, "" if all were.
func (o *Observation) unseenReplicas() string {
	pods, listed := o.Pods(GroupIdentity)
	switch {
	case listed && pods > 0 && !o.covers(GroupIdentity):
		return fmt.Sprintf("the identity replicas (%d of %d seen)", len(o.Identity), pods)
	case !o.covers(GroupIdentity), len(o.Identity) == 0:
		return "the identity replicas"
	}
	return ""
}

// unseenChains says whose chain the observation does not show. A pod that has
// just started and has no leaf yet serves none, and that was seen.
func (o *Observation) unseenChains() []string { return append(o.unseenGroups(), o.unseenRows()...) }

func (o *Observation) unseenRows() []string {
	var list []string
	for _, e := range o.Endpoints {
		if e.Chain == nil && !e.NoChain {
			list = append(list, "the chain of "+e.words())
		}
	}
	for _, r := range o.Identity {
		if r.Issuer == nil {
			list = append(list, fmt.Sprintf("the issuer of identity replica %q", r.Pod))
		}
	}
	return list
}

func (o *Observation) unseenGroups() []string {
	list := o.missing()
	if len(o.Identity) == 0 && o.covers(GroupIdentity) {
		list = append(list, "the identity replicas")
	}
	return list
}

// seenBefore reports whether the observation is older than the stable phase
// that the cluster's log was replayed from: then what came in between is not in
// the replay, and the observation cannot rule it out.
func (c *cluster) seenBefore(o *Observation) bool {
	return c.past != nil && o.at().Before(c.past.began)
}

// tooOld says that an observation was taken before the change that it would
// have to show, and how old it may be; "" if it is recent enough.
func tooOld(o *Observation, since time.Time, what string) string {
	if !o.at().Before(since) {
		return ""
	}
	return fmt.Sprintf("the observation of %s is too old: %s at %s. Take one after that instant", o.At, what, instantText(since))
}

// notSeen joins what an observation does not show, the first few by name.
func notSeen(what []string) string {
	const few = 5
	if len(what) > few {
		what = append(slices.Clone(what[:few]), fmt.Sprintf("%d more", len(what)-few))
	}
	return "the observation does not show " + strings.Join(what, ", ")
}

// Count says how many pods a group has.
func (o *Observation) Count(group string, pods int) {
	o.Coverage = append(o.Coverage, Coverage{group, total(pods)})
}

// Unseen says what the observation does not show, of bundles and of chains.
func (o *Observation) Unseen() (bundles, chains []string) {
	return o.unseenBundles(), o.unseenChains()
}

// Uncovered is an observation as of somebody who may have left things out, or made them up:
// what it shows counts against a move, opens nothing, and hides nothing that others show.
func (o *Observation) Uncovered() *Observation {
	less := *o
	less.Covers, less.Coverage, less.hearsay = nil, nil, true
	return &less
}
