package explore

import "github.com/l5d-pki/l5d-pki-render/internal/fleet"

// mutant is a fleet with a rule left out.
type mutant struct {
	fleet.Bending
	// absent takes a member that cannot be read for one that is not there.
	absent bool
	// separately judges the moves of one change without one another.
	separately bool
	// backFree lets every step back pass.
	backFree bool
	// noLag, noReplicas and forgetful leave something out of what is known: what may
	// still be mounted, identity's replicas, what was committed since the observation.
	noLag, noReplicas, forgetful bool
}

// mutants are the rules, left out one at a time.
var mutants = []struct {
	name string
	mutant
}{
	{"each member judged by its own gate alone", mutant{Bending: fleet.Bending{Alone: true}}},
	{"no barrier before an issuer is switched", mutant{Bending: fleet.Bending{NoBundles: true}}},
	{"no barrier before an anchor is dropped", mutant{Bending: fleet.Bending{NoChains: true}}},
	{"a member that cannot be read counts as absent", mutant{absent: true}},
	{"a member that joins is not checked", mutant{Bending: fleet.Bending{Unjoined: true}}},
	{"the moves of one change are judged one by one", mutant{separately: true}},
	{"steps back are not judged", mutant{backFree: true}},
	{"what may still be mounted does not count", mutant{noLag: true}},
	{"identity replicas do not count", mutant{noReplicas: true}},
	{"what was committed since the last observation does not count", mutant{forgetful: true}},
}

// WithoutRules explores two members of the same kind with each of the rules left out. One
// worker finds them, so that the results are the same each time.
func WithoutRules(o Options) (all []Result) {
	o.Members, o.Proxies, o.Replicas, o.Workers = 2, 1, 1, 1
	o.MaxStates = 1 << 20
	for _, m := range mutants {
		o.Stale = m.forgetful
		r := explore(o, m.mutant)
		r.Without = m.name
		all = append(all, r)
	}
	return all
}
