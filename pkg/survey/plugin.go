package survey

import (
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
)

// settingName is the end of the dotted name of a setting that the phase's values have.
const settingName = `[\w.-]*(?:identity\.externalCA|identity\.issuer\.scheme|` + linkerd.TrustDomainValue + `)`

// argument is a setting on a command line: --set identity.externalCA=true.
var argument = lazy.New(`(` + settingName + `)=([^\s,"']+)`)

// plugin looks through what an Application hands to a plugin: values in a string,
// and arguments of Helm.
func (s *Survey) plugin(c cursor, pins pinSet) {
	const place = "the parameters of a plugin"
	for key, value := range c.entries() {
		s.contradicts(value, value.value(), key, place)
		s.plugin(value, pins)
	}
	for _, item := range c.items() {
		s.plugin(item, pins)
	}
	text := c.value()
	for _, found := range argument.Regexp().FindAllStringSubmatch(text, -1) {
		s.contradicts(c, found[2], found[1], place)
	}
	if strings.Contains(text, ":") && mentionsValues([]byte(text)) {
		if inner, ok := c.embedded(); ok {
			pins.add(s.values(inner, place))
		}
	}
}
