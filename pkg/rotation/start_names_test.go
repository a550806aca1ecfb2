package rotation

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

func ecKey() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) }

// TestStartTakesWhatProxiesTake: whatever brings an authority, it may not exclude leaves
// of the mesh that those in force allow (no gate knows all namespaces), nor be one that
// Go reads and proxies do not. A state that somebody edited is judged the same.
func TestStartTakesWhatProxiesTake(t *testing.T) {
	const mesh = "serviceaccount.identity.linkerd.cluster.local"
	const narrow, unread = "rotation-excludes-leaves", "rotation-unread-certificate"
	shop := "shop." + mesh
	usual := []string{"linkerd-identity.linkerd." + mesh, "default.default." + mesh, "other.other-namespace." + mesh}
	for name, tt := range map[string]struct {
		before, comes []spoil
		refused       string
	}{
		"none":                                   {nil, nil, ""},
		"the domain":                             {nil, []spoil{permits("cluster.local")}, ""},
		"the mesh, subdomains":                   {nil, []spoil{permits("." + mesh)}, ""},
		"another domain excluded":                {nil, []spoil{excludes("example.org")}, ""},
		"a namespace":                            {nil, []spoil{excludes(shop)}, narrow},
		"a namespace, subdomains":                {nil, []spoil{excludes("." + shop)}, narrow},
		"a service account":                      {nil, []spoil{excludes("cart." + shop)}, narrow},
		"in capitals":                            {nil, []spoil{excludes("SHOP." + mesh)}, narrow},
		"all but the usual ones":                 {nil, []spoil{permits(usual...)}, narrow},
		"what is in force excludes, too":         {[]spoil{excludes(shop)}, []spoil{excludes(shop)}, ""},
		"more than what is in force":             {[]spoil{excludes(shop)}, []spoil{excludes(shop, "cart."+mesh)}, narrow},
		"a path length that proxies do not read": {nil, []spoil{depth(300)}, unread},
		"an extension as large as a handshake":   {nil, []spoil{withExtension(false, make([]byte, 1<<16), 1, 2, 3)}, unread},
	} {
		for _, brings := range []string{"anchor", "issuer of an anchor", "issuer", "renewed anchor"} {
			t.Run(name+", "+brings, func(t *testing.T) {
				m, at := newMesh(t, "prod", now), now.Add(time.Hour)
				rootKey, key, nextKey := ecKey(), ecKey(), ecKey()
				root := madeBy(t, "root", nil, nil, rootKey, tt.before...)
				m.state.Status.Anchors[0].Certificate = string(pemOf(root))
				m.state.Status.Issuers[0].Certificate = string(pemOf(madeBy(t, "issuer", root, rootKey, key)))
				bring := func(with []spoil) StartOptions {
					o := StartOptions{Kind: state.KindAnchor, Strategy: state.StrategyBundle, Name: "next", IssuerKeyPath: "keys/next.key"}
					anchor, anchorKey := root, rootKey
					switch brings {
					case "anchor":
						anchor, anchorKey, with = madeBy(t, "next", nil, nil, nextKey, with...), nextKey, nil
					case "issuer of an anchor":
						anchor, anchorKey = madeBy(t, "next", nil, nil, nextKey), nextKey
					case "issuer":
						o.Kind, o.Strategy = state.KindIssuer, ""
					case "renewed anchor":
						later := between(now, now.AddDate(9, 0, 0))
						o.Kind, o.Strategy, o.IssuerKeyPath = state.KindRenew, "", ""
						o.Anchor = must(pki.ReadChain(pemOf(madeBy(t, "root", nil, nil, rootKey, append([]spoil{later}, with...)...))))[0]
						return o
					}
					if anchor != root {
						o.Anchor = must(pki.ReadChain(pemOf(anchor)))[0]
					}
					o.Issuer = must(pki.ReadChain(pemOf(madeBy(t, "issuer", anchor, anchorKey, key, with...))))
					return o
				}
				judged := func(what string, err error) {
					got := codes(err)
					byVerifier := tt.refused == unread && slices.Equal(got, []string{"pki-unread"}) // it meets the certificate first
					if tt.refused == "" && err != nil || tt.refused != "" && !byVerifier && !slices.Equal(got, []string{tt.refused}) {
						t.Errorf("%s: %q, %s", what, got, explain(err))
					}
				}
				o := bring(tt.comes)
				_, err := Start(m.state, o, Evidence{}, at, random("next"))
				judged("start", err)
				edited := must(Start(m.state, bring(nil), Evidence{}, at, random("next"))).State
				for i, a := range edited.Status.Anchors {
					if a.Role == state.RoleIncoming {
						edited.Status.Anchors[i].Certificate = text(o.Anchor.PEM())
					}
				}
				for i, x := range edited.Status.Issuers {
					if x.Role == state.RoleIncoming {
						edited.Status.Issuers[i].Certificate = text(o.Issuer.Marshal())
					}
				}
				_, err = Review(m.state, edited, Evidence{}, at)
				judged("review", err)
			})
		}
	}
}
