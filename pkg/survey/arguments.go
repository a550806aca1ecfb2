package survey

import (
	"bytes"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

const domainSetting = "identityTrustDomain"

// settingFlags are arguments of a rendered control plane, and the chart's values that
// they are made from.
var settingFlags = func() map[string]string {
	flags := map[string]string{}
	for flag, setting := range linkerd.IdentityFlags {
		flags[flag] = setting
	}
	for _, flag := range linkerd.TrustDomainFlags {
		flags[flag] = domainSetting
	}
	return flags
}()

func hasSettingFlag(text []byte) bool {
	for flag := range settingFlags {
		if bytes.Contains(text, []byte(flag)) {
			return true
		}
	}
	return false
}

// arguments looks at those of a rendered Deployment of the control plane: manifests
// that nobody rendered again since the state says otherwise.
func (s *Survey) arguments(c cursor) {
	namespace := c.get("metadata", "namespace").value()
	if c.node.Head().Kind != "Deployment" || namespace != "" && namespace != s.want.linkerd.Namespace {
		return
	}
	for _, container := range c.get("spec", "template", "spec", "containers").items() {
		args := append(container.get("command").items(), container.get("args").items()...)
		for i, arg := range args {
			flag, value, whole := strings.Cut(arg.value(), "=")
			if !whole && i+1 < len(args) {
				value = args[i+1].value()
			}
			s.argument(arg, settingFlags[strings.Replace(flag, "--", "-", 1)], value)
		}
	}
}

func (s *Survey) argument(at cursor, setting, value string) {
	const what = "the arguments of this Deployment"
	switch _, lifetime := lifetimes[setting]; {
	case setting == schemeSetting:
		s.schemes = append(s.schemes, foundScheme{at: at, what: what, scheme: value})
	case lifetime:
		s.lifetimes = append(s.lifetimes, shadowed{at: at, have: value, name: setting})
	case setting != "":
		s.contradicts(at, value, setting, what)
	}
}
