package rotation

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/order"
)

// Holder is a workload whose pods keep a need from being met.
type Holder struct {
	// Name is namespace/workload, or what else is known of the pods.
	Name string `json:"name"`
	Pods int    `json:"pods"`
}

// holders are the workloads that the newest observation shows to keep a need from
// being met, those with most pods first.
func (t target) holders(n Need) []Holder {
	o := t.own.latest()
	late := t.late(n)
	if o == nil || late == nil {
		return nil
	}
	pods := map[string]int{}
	for _, e := range o.Endpoints {
		if late(e) {
			pods[e.shortName()] += e.Pods()
		}
	}
	var list []Holder
	for name, count := range pods {
		list = append(list, Holder{name, count})
	}
	order.By(list, func(a, b Holder) int { return cmp.Or(b.Pods-a.Pods, strings.Compare(a.Name, b.Name)) })
	return list
}

// late says what a row of proxies must be like to keep a need from being met; nil
// for needs that proxies have no part in.
func (t target) late(n Need) func(Endpoint) bool {
	switch n {
	case BundleLoaded:
		incoming, ok := t.scene.incoming()
		return func(e Endpoint) bool {
			return ok && e.Bundle != nil && !slices.Contains(e.Bundle, incoming.Fingerprint())
		}
	case LeavesRenewed:
		return func(e Endpoint) bool { return len(e.Chain) > 0 && e.Chain[0] != t.to.Issuer[0].Fingerprint() }
	case RetiredGone:
		gone := fingerprints(t.scene.retiredKeys())
		return func(e Endpoint) bool {
			return slices.ContainsFunc(e.Bundle, func(fp string) bool { return slices.Contains(gone, fp) })
		}
	default:
		return nil
	}
}

// shortName is the row as kubectl's users say it: shop/cart.
func (e Endpoint) shortName() string {
	switch {
	case e.Workload != "" && e.Namespace != "":
		return e.Namespace + "/" + path.Base(e.Workload)
	case e.Namespace != "":
		return e.Namespace
	}
	return e.Group
}

// heldUp are the sentences about pods that keep a need from being met.
var heldUp = map[Need]string{
	BundleLoaded:  "still %s the old bundle",
	LeavesRenewed: "still %s a leaf of the old issuer",
	RetiredGone:   "still %s a retired anchor",
}

// heldUpVerbs by need, for one pod and for several.
var heldUpVerbs = map[Need][2]string{BundleLoaded: {"uses", "use"}, LeavesRenewed: {"has", "have"}, RetiredGone: {"trusts", "trust"}}

// HeldUpBy names the pods that keep the need from being met, if the evidence shows
// some: "3 pods still use the old bundle: shop/cart (2), shop/api (1)".
func (r NeedResult) HeldUpBy() string {
	const most = 8 // workloads that are named
	all, names := 0, []string{}
	for i, h := range r.Holders {
		all += h.Pods
		if i < most {
			names = append(names, fmt.Sprintf("%s (%d)", h.Name, h.Pods))
		}
	}
	if all == 0 {
		return ""
	}
	if more := len(r.Holders) - most; more > 0 {
		names = append(names, fmt.Sprintf("and %d more workloads", more))
	}
	pods, verb := "pods", heldUpVerbs[r.Need][1]
	if all == 1 {
		pods, verb = "pod", heldUpVerbs[r.Need][0]
	}
	return fmt.Sprintf("%d %s "+heldUp[r.Need]+": %s", all, pods, verb, strings.Join(names, ", "))
}
