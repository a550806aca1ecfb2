package survey

import (
	"bytes"
	"slices"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
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
func (s *Survey) arguments(c cursor, head manifest.Head) {
	namespace := c.get("metadata", "namespace").value()
	if linkerd.KindOf(head.APIVersion, head.Kind) != "Deployment" || namespace != "" && namespace != s.want.linkerd.Namespace {
		return
	}
	for _, container := range c.get("spec", "template", "spec", "containers").items() {
		words := append(container.get("command").items(), container.get("args").items()...)
		for _, flag := range containerOf(container, words).Flags() {
			s.argument(words[flag.Word], flag)
		}
	}
}

// containerOf is what the kubelet starts a container's program from.
func containerOf(c cursor, words []cursor) linkerd.Container {
	container := linkerd.Container{Name: c.get("name").value()}
	for _, word := range words {
		container.Words = append(container.Words, word.value())
	}
	for _, v := range c.get("env").items() {
		container.Env = append(container.Env, linkerd.Variable{
			Name: v.get("name").value(), Value: v.get("value").value(), Sourced: v.get("valueFrom").there(),
		})
	}
	return container
}

func (s *Survey) argument(at cursor, flag linkerd.Flag) {
	const what = "the arguments of this Deployment"
	setting := settingOf(flag.Name)
	switch _, lifetime := state.LeafSettings[setting]; {
	case flag.Unread != "":
		at.say(pki.Warning, problem.SurveyUnreadSetting, flag.Name, flag.Unread)
	case setting == linkerd.SchemeValue:
		s.schemes = append(s.schemes, foundScheme{at: at, what: what, scheme: flag.Value})
	case lifetime:
		s.lifetimes = append(s.lifetimes, shadowed{at: at, have: flag.Value, name: setting})
	case setting != "":
		s.contradicts(at, flag.Value, setting, what)
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
