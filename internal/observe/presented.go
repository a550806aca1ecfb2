package observe

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Which proxies are asked for their chain by TLS.
const (
	DialNever = "never"
	DialStale = "stale" // those that may still have a leaf or a bundle of before
	DialAll   = "all"
)

// Dial says how many proxies are dialed.
type Dial struct {
	Stale bool
	Most  int
}

// Any reports whether any are.
func (d Dial) Any() bool { return d.Most > 0 }

// DialOf reads never, stale, all or a number.
func DialOf(text string) (Dial, error) {
	const all = 1 << 30
	switch text {
	case "", DialNever:
		return Dial{}, nil
	case DialStale:
		return Dial{true, all}, nil
	case DialAll:
		return Dial{false, all}, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > all {
		return Dial{}, problem.ObserveDial.With(text)
	}
	return Dial{false, n}, nil
}

// ToDial chooses the pods that are dialed: proxies that run. Of a part of them there
// are some of each workload before there are more of one.
func ToDial(r Reading, d Dial) []Pod {
	var list []Pod
	for _, h := range newBuilder(r).held() {
		if !h.Stopped && (!d.Stale || h.stale) {
			list = append(list, h.Pod)
		}
	}
	order.By(list, func(x, y Pod) int {
		return cmp.Or(cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Workload, y.Workload), cmp.Compare(x.Name, y.Name))
	})
	if len(list) <= d.Most {
		return list
	}
	rank, number := map[string]int{}, map[string]int{}
	for _, p := range list {
		workload := p.Namespace + "/" + p.Workload
		rank[p.UID] = number[workload]
		number[workload]++
	}
	order.By(list, func(x, y Pod) int { return cmp.Compare(rank[x.UID], rank[y.UID]) })
	return list[:d.Most]
}

// suspect is a pod that may still have what it had before the last move.
type suspect struct {
	Pod
	stale bool
}

func (b *builder) held() (list []suspect) {
	life := b.life()
	leaves := newLeaves(b.Samples)
	for _, p := range b.Pods {
		since := leaves.of(p, life, b.At).since
		list = append(list, suspect{p, !slices.Equal(b.bundleOf(p), b.trust) || since.IsZero() || since.Before(b.Known.Moved)})
	}
	return list
}

// below is the chain under a leaf that was presented, the issuer first whatever the
// order was, and the leaf itself. why says what is wrong with it.
func (b *builder) below(pem, name string) (fps []string, own pki.Certificate, why string) {
	chain, err := pki.ReadChain([]byte(pem))
	switch {
	case err != nil || len(chain) == 0:
		return nil, own, "what it presents cannot be read as certificates"
	case name != "" && chain[0].VerifyHostname(name) != nil:
		return nil, own, "its certificate is not for " + name
	}
	own = chain[0]
	rest := slices.Clone(chain[1:])
	var ordered pki.Chain
	for child := own; ; {
		i := slices.IndexFunc(rest, func(c pki.Certificate) bool { return child.CheckSignatureFrom(c.Certificate) == nil })
		if i < 0 {
			break
		}
		child = rest[i]
		ordered, rest = append(ordered, child), slices.Delete(rest, i, i+1)
	}
	if len(ordered) == 0 {
		return nil, own, "its issuer is not in the chain that it presents"
	}
	text := string(append(ordered, rest...).Marshal())
	if name == "" { // of a part of the control plane
		return b.fingerprints(text), own, ""
	}
	why = b.leftOut(text)
	return b.brought(text), own, why
}

// presented is what the proxy of a pod presented, nil if it was not asked or the
// answer proves nothing.
func (b *builder) presented(p Pod) (fps []string, l leaf) {
	pem, asked := b.Presented[p.UID]
	if !asked || p.Identity == "" {
		return nil, l
	}
	fps, own, why := b.below(pem, p.Identity)
	if fps == nil {
		b.gap("the chain of "+p.Namespace+"/"+p.Name, "%s", why)
		return nil, l
	}
	l.expires = own.NotAfter
	if since := own.NotAfter.Add(-b.life()); since.After(p.Created) {
		l.since, l.measured = since, true
	} else {
		l.since = p.Created
	}
	return fps, l
}

// certified is the chain that an identity replica signed with, nil if it was not asked.
func (b *builder) certified(p Pod) []string {
	pem, asked := b.Certified[p.UID]
	if !asked {
		return nil
	}
	fps, _, why := b.below(pem, "")
	if fps == nil {
		b.gap("the chain of identity replica "+p.Name, "%s", why)
	}
	return fps
}
