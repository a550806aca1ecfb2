// Package settled plays a cluster that has taken in all that a state file says, and
// in which every pod has restarted since.
package settled

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/observe"
	"github.com/l5d-pki/l5d-pki-render/internal/observe/exchange"
	"github.com/l5d-pki/l5d-pki-render/pkg/handshake"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Serve answers l5d-pki-render as l5d-pki-render-cluster does: with what the cluster
// holds if it has the state below dir whose name is asked for, and the file, if it
// exists, names a workload of which one pod has not restarted. It shows no more than
// the flags of the request ask for.
func Serve(in io.Reader, out io.Writer, dir, lateFile string, now time.Time) error {
	return exchange.Serve(in, out, func(r exchange.Request) (exchange.Answer, error) {
		if r.Handshake != nil {
			return r.Handshake.Answer(func(client, server *pki.Peer, at time.Time) error {
				return handshake.Between(client, server, at, rand.Reader)
			})
		}
		s, err := find(dir, r.Cluster)
		if err != nil {
			return exchange.Answer{}, err
		}
		late, err := os.ReadFile(lateFile)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return exchange.Answer{}, err
		}
		o, err := Observation(s, strings.TrimSpace(string(late)))
		if err != nil {
			return exchange.Answer{}, err
		}
		if err := shown(o, s, r, now); err != nil {
			return exchange.Answer{}, err
		}
		text, err := rotation.MarshalObservation(o)
		return exchange.Answer{Observation: text}, err
	})
}

// shown takes out of an observation what a request does not ask for (docs/observe.md),
// and dates it.
func shown(o *rotation.Observation, s *state.Rotation, r exchange.Request, now time.Time) error {
	if r.Dial == "" || r.Dial == observe.DialNever {
		for i := range o.Endpoints {
			o.Endpoints[i].Chain = nil
		}
		for i := range o.Webhooks {
			o.Webhooks[i].Served = nil
		}
	}
	v, err := linkerd.ParseVersion(s.Spec.Linkerd.Version)
	if err != nil {
		return err
	}
	if !r.Certify && !v.HasIssuerMetric() {
		for i := range o.Identity {
			o.Identity[i].Issuer = nil
		}
	}
	if at, err := time.Parse(time.RFC3339, o.At); err == nil && now.After(at) {
		o.At = now.UTC().Format(time.RFC3339)
	}
	return nil
}

// find reads the state file with a name, whatever the file is called.
func find(dir, name string) (found *state.Rotation, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".yaml") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if s, err := state.Parse(path, text); err == nil && s.Metadata.Name == name {
			found = s
		}
		return nil // others' YAML
	})
	if err == nil && found == nil {
		err = fmt.Errorf("no state %q below %s", name, dir)
	}
	return found, err
}

// Observation is what such a cluster shows a second after the last move. late is a
// workload, NAMESPACE/NAME, of which one pod has not restarted; "" is none.
func Observation(s *state.Rotation, late string) (*rotation.Observation, error) {
	m, err := rotation.MaterialOf(s)
	if err != nil {
		return nil, err
	}
	at := "2026-06-01T11:00:00Z"
	if log := s.Status.Log; len(log) > 0 {
		last, err := time.Parse(time.RFC3339, log[len(log)-1].At)
		if err != nil {
			return nil, err
		}
		at = last.Add(time.Second).Format(time.RFC3339)
	}
	bundle, chain := prints(m.Bundle.Certificates()), prints(m.Issuer)
	o := &rotation.Observation{APIVersion: rotation.ObservationVersion, Kind: rotation.ObservationKind, Cluster: s.Metadata.Name, At: at}
	o.ControlPlane = rotation.Delivery{TrustRoots: bundle, Injectors: []rotation.Injector{{Pod: "linkerd-proxy-injector-0", Bundle: bundle}}}
	o.Identity = []rotation.Replica{{Pod: "linkerd-identity-0", Bundle: bundle, Issuer: chain}}
	o.Endpoints = []rotation.Endpoint{
		{Group: rotation.GroupControlPlane, Namespace: "linkerd", Count: 3, Bundle: bundle, Chain: chain},
		{Group: rotation.GroupProxies, Namespace: "shop", Workload: "deploy/web", Count: 3, Bundle: bundle, Chain: chain},
	}
	proxies := 3
	if namespace, name, found := strings.Cut(late, "/"); found {
		proxies++
		o.Endpoints = append(o.Endpoints, rotation.Endpoint{Group: rotation.GroupProxies, Namespace: namespace, Workload: name, Count: 1,
			Bundle: bundle[:1], Chain: chain})
	}
	for group, pods := range map[string]int{
		rotation.GroupInjectors: 1, rotation.GroupIdentity: 1, rotation.GroupControlPlane: 3, rotation.GroupProxies: proxies,
		rotation.GroupGateways: 0, rotation.GroupExtensions: 0, rotation.GroupExternal: 0,
	} {
		o.Count(group, pods)
	}
	return o, webhooks(o, s)
}

func webhooks(o *rotation.Observation, s *state.Rotation) error {
	for _, name := range slices.Sorted(maps.Keys(s.Status.Webhooks)) {
		certificate, ca, _ := s.WebhookMaterial(name)
		if certificate == "" || ca == "" {
			continue // somebody else's
		}
		served, err := pki.ParseChain([]byte(certificate))
		if err != nil {
			return err
		}
		trusted, err := pki.ParseChain([]byte(ca))
		if err != nil {
			return err
		}
		o.Webhooks = append(o.Webhooks, rotation.Hook{Name: name, CABundle: prints(trusted), Served: prints(served)})
	}
	return nil
}

func prints(certificates []pki.Certificate) (list []string) {
	for _, c := range certificates {
		list = append(list, c.Fingerprint())
	}
	return list
}
