package observe

import (
	"encoding/base64"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Pod is what an observation needs of a meshed pod.
type Pod struct {
	Namespace, Name, UID string
	// Workload is the controller in short, such as "deploy/cart".
	Workload string
	// Group of rotation.Groups; Component is the part of the control plane.
	Group, Component string
	Created          time.Time
	// Hash is the annotation linkerd.io/trust-root-sha256.
	Hash string
	// Injected: the injector made it, not `linkerd inject`.
	Injected bool
	// Whole: spec and status were read as well, and what follows is known.
	Whole bool
	// Bundle is the proxy's bundle (PEM) where the spec has it; Refers says that the
	// proxy gets it from ConfigMap linkerd-identity-trust-roots when it starts.
	Bundle string
	Refers bool
	// Identity is the name that the proxy's leaf is for.
	Identity string
	// Started is when the proxy's container last started, zero if it does not run;
	// Stopped says that it is known not to run.
	Started time.Time
	Stopped bool
	// IdentityStarted is the same for the container that signs, and IdentityBundle
	// its bundle (PEM) where the spec has it.
	IdentityStarted time.Time
	IdentityBundle  string
	// Lifetime and Skew are the settings of the container that signs; 0 if not given.
	Lifetime, Skew time.Duration
}

// PodOf is what an object says of a meshed pod; ok is false for a pod without a
// proxy, or one that ended. Of a list with metadata only, whole is false.
func PodOf(o PodObject, namespace string, whole bool) (p Pod, ok bool) {
	m := o.Metadata
	if named(m.Namespace) == "" || named(m.Name) == "" || strings.ToLower(m.Namespace) != m.Namespace || strings.ContainsAny(m.Namespace, "._:") {
		return p, false
	}
	p = Pod{
		Namespace: m.Namespace, Name: m.Name, UID: m.UID, Workload: workload(m), Group: groupOf(m, namespace),
		Component: m.Labels[linkerd.Component], Created: m.CreationTimestamp,
		Hash: m.Annotations[linkerd.TrustRootHash], Injected: strings.HasPrefix(m.Annotations[linkerd.CreatedBy], linkerd.InjectorCreated),
		Whole: whole,
	}
	if !whole {
		return p, true
	}
	if o.Status.Phase == "Succeeded" || o.Status.Phase == "Failed" {
		return p, false
	}
	proxy := false
	for _, c := range append(o.Spec.InitContainers, o.Spec.Containers...) {
		switch c.Name {
		case linkerd.ProxyContainer:
			proxy = true
			p.readProxy(c, o.Spec.ServiceAccount)
		case linkerd.IdentityContainer:
			p.readIdentity(c)
		}
	}
	p.readStatus(append(o.Status.InitContainerStatuses, o.Status.ContainerStatuses...))
	return p, proxy
}

func (p *Pod) readProxy(c Container, account string) {
	for _, e := range c.Env {
		if e.Name == linkerd.LocalNameEnv {
			p.Identity = strings.NewReplacer("$(_pod_sa)", account, "$(_pod_ns)", p.Namespace).Replace(e.Value)
		}
		if e.Name != linkerd.TrustAnchorsEnv {
			continue
		}
		p.Bundle, p.Refers = e.Value, false
		if e.ValueFrom != nil {
			from := e.ValueFrom.ConfigMapKeyRef
			p.Bundle, p.Refers = "", from.Name == linkerd.TrustRoots && from.Key == linkerd.TrustRootsKey
		}
	}
}

func (p *Pod) readIdentity(c Container) {
	for _, e := range c.Env {
		if e.Name == linkerd.IdentityAnchorsEnv {
			text, _ := base64.StdEncoding.DecodeString(e.Value) // not base64: no bundle, so unknown
			p.IdentityBundle = string(text)
		}
	}
	container := linkerd.Container{Name: c.Name, Words: slices.Concat(c.Command, c.Args)}
	for _, e := range c.Env {
		container.Env = append(container.Env, linkerd.Variable{Name: e.Name, Value: e.Value, Sourced: e.ValueFrom != nil})
	}
	for _, flag := range container.Flags() {
		setting := linkerd.IdentityFlags[flag.Name]
		d, err := time.ParseDuration(flag.Value)
		if err != nil {
			d = time.Duration(state.LeafSettings[setting].Default)
		}
		if flag.Unread != "" && setting != linkerd.SchemeValue && !linkerd.NamesMesh(flag.Name) {
			setting, d = linkerd.LifetimeValue, unreadLife
		}
		switch setting {
		case linkerd.LifetimeValue:
			p.Lifetime = max(p.Lifetime, d)
		case linkerd.ClockSkewValue:
			p.Skew = max(p.Skew, d)
		}
	}
}

// unreadLife is longer than any leaf lives, for one whose life the pod does not say.
const unreadLife = 10 * 365 * 24 * time.Hour

func (p *Pod) readStatus(all []ContainerStatus) {
	for _, s := range all {
		switch running := s.State.Running; {
		case s.Name == linkerd.ProxyContainer && running != nil:
			p.Started = running.StartedAt
		case s.Name == linkerd.ProxyContainer:
			p.Stopped = s.State.Waiting != nil || s.State.Terminated != nil
		case s.Name == linkerd.IdentityContainer && running != nil:
			p.IdentityStarted = running.StartedAt
		}
	}
}

// groupOf is the group of a pod, by the control plane's namespace and its labels.
func groupOf(m Meta, namespace string) string {
	switch {
	case m.Namespace == namespace:
		return rotation.GroupControlPlane
	case workload(m) == "deploy/"+linkerd.Gateway:
		return rotation.GroupGateways
	case m.Labels[linkerd.Extension] != "":
		return rotation.GroupExtensions
	}
	return rotation.GroupProxies
}

// nameForm is what names of the API have: the API server refuses others, and an
// observation cannot spell them.
var nameForm = lazy.New(`^[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?$`)

// named is a name, or "" for what is none.
func named(name string) string {
	if len(name) > 253 || !nameForm.MatchString(name) {
		return ""
	}
	return name
}

// workload is the controller of a pod: a ReplicaSet counts as its Deployment.
func workload(m Meta) string {
	for _, o := range m.OwnerReferences {
		if !o.Controller || named(o.Name) == "" || named(o.Kind) == "" {
			continue
		}
		hash := m.Labels["pod-template-hash"]
		if name, found := strings.CutSuffix(o.Name, "-"+hash); o.Kind == "ReplicaSet" && hash != "" && found {
			return "deploy/" + name
		}
		return linkerd.ShortName(o.Kind, o.Name)
	}
	return "pod/" + m.Name
}
