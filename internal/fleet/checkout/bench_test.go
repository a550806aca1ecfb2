package checkout

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/internal/moves"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// big is a fleet of n members in the middle of a rotation, each with an observation of
// 1,000 endpoints in 100 workloads.
func big(b *testing.B, n int) *kit {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("cluster-%03d", i)
	}
	k := newKit(b, names...)
	k.moved(Wish{Verb: state.MoveStart, Kind: state.KindAnchor, Strategy: state.StrategyBundle})
	for range 2 {
		k.later()
		k.observe(names...)
		k.moved(Wish{Verb: state.MoveAdvance})
	}
	k.later()
	for _, name := range names {
		m := must(rotation.MaterialOf(k.state(name)))
		bundle, chain := []string{}, []string{m.Issuer[0].Fingerprint()}
		for _, c := range m.Bundle.Certificates() {
			bundle = append(bundle, c.Fingerprint())
		}
		o := &rotation.Observation{
			APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: name, At: k.now.Format(time.RFC3339),
			ControlPlane: rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "injector-0", Bundle: bundle}}},
			Identity:     []rotation.Replica{{Pod: "identity-0", Bundle: bundle, Issuer: chain}, {Pod: "identity-1", Bundle: bundle, Issuer: chain}},
		}
		for _, g := range append(rotation.Groups, rotation.GroupInjectors) {
			o.Count(g, map[string]int{rotation.GroupIdentity: 2, rotation.GroupInjectors: 1, rotation.GroupProxies: 1000}[g])
		}
		for w := range 100 {
			o.Endpoints = append(o.Endpoints, rotation.Endpoint{Group: rotation.GroupProxies, Namespace: fmt.Sprintf("team-%d", w%10), Workload: fmt.Sprintf("deploy/app-%d", w), Bundle: bundle, Chain: chain, Count: 10})
		}
		k.put("clusters/"+name+"/observation.yaml", string(must(rotation.MarshalObservation(o))))
	}
	return k
}

// cpu reports the seconds of processors that an operation takes, which other programs on
// the machine do not change, and the most memory that the process had.
func cpu(b *testing.B) (report func()) {
	used := func() (u syscall.Rusage) {
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
		return u
	}
	was := used()
	return func() {
		is := used()
		b.ReportMetric(float64(is.Utime.Nano()+is.Stime.Nano()-was.Utime.Nano()-was.Stime.Nano())/1e9/float64(b.N), "cpu-s/op")
		b.ReportMetric(float64(is.Maxrss)/1024, "MiB-max")
	}
}

// BenchmarkFleet reads a fleet from disk and reports its status; and, of what was read,
// judges the next step of every member. Both are to be linear in members.
func BenchmarkFleet(b *testing.B) {
	for _, n := range []int{75, 150, 300} {
		k := big(b, n)
		b.Run(fmt.Sprintf("status/%d", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				f := must(Load(At{Path: k.path()}, moves.Brought{}))
				st := must(fleet.Open(f.File, f.Clusters, f.Evidence, k.now)).Status()
				if len(st.Text()) == 0 || !st.Members[0].Ready {
					b.Fatal(st.Text())
				}
			}
		})
		f := must(Load(At{Path: k.path()}, moves.Brought{}))
		b.Run(fmt.Sprintf("verdict/%d", n), func(b *testing.B) {
			defer cpu(b)()
			for b.Loop() {
				s := must(fleet.Open(f.File, f.Clusters, f.Evidence, k.now))
				if o := s.Try(s.All(), fleet.Advance(rotation.Options{}, k.now)); !o[n-1].Ready() {
					b.Fatal("held")
				}
			}
		})
	}
}
