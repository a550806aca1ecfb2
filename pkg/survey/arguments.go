package survey

import (
	"bytes"
	"slices"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// settingOf is the chart's value that an argument of a rendered control plane is made
// from, or "".
func settingOf(flag string) string {
	if slices.Contains(linkerd.TrustDomainFlags, flag) {
		return linkerd.TrustDomainValue
	}
	return linkerd.IdentityFlags[flag]
}

func hasSettingFlag(text []byte) bool {
	has := func(flag string) bool { return bytes.Contains(text, []byte(flag)) }
	for flag := range linkerd.IdentityFlags {
		if has(flag) {
			return true
		}
	}
	return slices.ContainsFunc(linkerd.TrustDomainFlags, has)
}

// arguments looks at those of a rendered Deployment of the control plane: manifests
// that nobody rendered again since the state says otherwise.
func (s *Survey) arguments(c cursor) {
	namespace := c.get("metadata", "namespace").value()
	head := c.node.Head()
	if linkerd.KindOf(head.APIVersion, head.Kind) != "Deployment" || namespace != "" && namespace != s.want.linkerd.Namespace {
		return
	}
	for _, container := range c.get("spec", "template", "spec", "containers").items() {
		args := append(container.get("command").items(), container.get("args").items()...)
		for i, arg := range args {
			flag, value, whole := strings.Cut(arg.value(), "=")
			if !whole && i+1 < len(args) {
				value = args[i+1].value()
			}
			s.argument(arg, settingOf(strings.Replace(flag, "--", "-", 1)), value)
		}
	}
}

func (s *Survey) argument(at cursor, setting, value string) {
	const what = "the arguments of this Deployment"
	switch _, lifetime := state.LeafSettings[setting]; {
	case setting == linkerd.SchemeValue:
		s.schemes = append(s.schemes, foundScheme{at: at, what: what, scheme: value})
	case lifetime:
		s.lifetimes = append(s.lifetimes, shadowed{at: at, have: value, name: setting})
	case setting != "":
		s.contradicts(at, value, setting, what)
	}
}

// maxPodDepth bounds how deep a template of pods may be in an object.
const maxPodDepth = 12

// injectedByHand looks for the bundle in the environment of proxies: what `linkerd
// inject --manual` wrote stays as it is, whatever restarts.
func (s *Survey) injectedByHand(c cursor, depth int) {
	if depth > maxPodDepth {
		return
	}
	for _, value := range c.entries() {
		s.injectedByHand(value, depth+1)
	}
	for _, item := range c.items() {
		if value := item.get("value"); item.get("name").value() == linkerd.TrustAnchorsEnv && value.value() != "" {
			s.bundles = append(s.bundles, foundBundle{at: value.spot(), text: value.value()})
		}
		s.injectedByHand(item, depth+1)
	}
}
