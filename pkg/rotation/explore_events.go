package rotation

import "fmt"

// events lists everything that can happen in a cluster but a commit: kubelet
// syncs a mount, a proxy restarts or refreshes its leaf, an identity replica
// reloads its issuer or restarts (a crash is a restart). Events that change
// nothing are left out.
func (m Model) events(l local, c Config) []event {
	var all []event
	if l.bundleM != 1<<c.Bundle {
		next := l.clone()
		next.bundleM = 1 << c.Bundle
		all = append(all, event{next, func() string { return "kubelet has synced the bundle to every mount" }})
	}
	if l.chainM != 1<<c.Chain {
		next := l.clone()
		next.chainM = 1 << c.Chain
		all = append(all, event{next, func() string { return "kubelet has synced the issuer to every mount" }})
	}
	for i := range l.proxies {
		all = append(all, m.proxyEvents(l, i)...)
	}
	for i := range l.replica {
		all = append(all, m.replicaEvents(l, i)...)
	}
	return all
}

// proxyEvents: a proxy takes a leaf of any replica that its own bundle verifies
// (it checks its own certificate), and at a restart any mounted bundle first.
func (m Model) proxyEvents(l local, i int) []event {
	var all []event
	was := l.proxies[i]
	for _, r := range l.replica {
		for b := range uint8(len(m.Bundles)) {
			restart := b != was.bundle
			if restart && l.bundleM>>b&1 == 0 || m.Proxy[b]>>r.chain&1 == 0 {
				continue
			}
			if h := (holder{b, r.chain}); h != was {
				next := l.clone()
				next.proxies[i] = h
				all = append(all, event{next, func() string {
					if restart {
						return fmt.Sprintf("a proxy restarts: it holds %s and has a leaf of %s", m.Bundles[h.bundle], m.Chains[h.chain])
					}
					return fmt.Sprintf("a proxy with %s gets a leaf of %s", m.Bundles[h.bundle], m.Chains[h.chain])
				}})
			}
		}
	}
	return all
}

// replicaEvents: a replica reloads a mounted issuer that its loaded bundle
// verifies under Go's rules, or restarts with any mounted pair that does; with
// another pair it crashes and serves nobody.
func (m Model) replicaEvents(l local, i int) []event {
	var all []event
	was := l.replica[i]
	for b := range uint8(len(m.Bundles)) {
		restart := b != was.bundle
		if restart && l.bundleM>>b&1 == 0 {
			continue
		}
		for c := range uint8(len(m.Chains)) {
			h := holder{b, c}
			if l.chainM>>c&1 == 0 || m.Identity[b]>>c&1 == 0 || h == was {
				continue
			}
			next := l.clone()
			next.replica[i] = h
			all = append(all, event{next, func() string {
				if restart {
					return fmt.Sprintf("an identity replica restarts: it has loaded %s and signs with %s", m.Bundles[h.bundle], m.Chains[h.chain])
				}
				return fmt.Sprintf("an identity replica with %s reloads: it signs with %s", m.Bundles[h.bundle], m.Chains[h.chain])
			}})
		}
	}
	return all
}
