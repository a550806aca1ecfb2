package child

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxSettings bounds how many settings of the environment are read.
const maxSettings = 1000

// Settings that may come from GIT_CONFIG_COUNT, as prefixes of keys. A hook that
// runs this program may have others there, and they would be for other calls.
var (
	judgingSettings   = []string{"safe.directory"}
	transportSettings = []string{"safe.directory", "http.", "https.", "url.", "credential.", "ssh.", "core.sshcommand", "core.askpass",
		"core.gitproxy"}
)

// gitConfig is GIT_CONFIG_COUNT and what belongs to it: the settings of this
// process that git needs for a purpose, as CI systems hand over safe.directory
// and credentials, and then more. GIT_CONFIG_PARAMETERS, which `git -c` sets for
// its hooks, is never handed on.
func gitConfig(p Purpose, all []string, more []Setting) (env []string) {
	allowed := judgingSettings
	if p != Judging {
		allowed = transportSettings
	}
	var settings []Setting
	count, _ := strconv.Atoi(valueOf(all, "GIT_CONFIG_COUNT"))
	for i := range min(count, maxSettings) {
		key := valueOf(all, fmt.Sprintf("GIT_CONFIG_KEY_%d", i))
		if slices.ContainsFunc(allowed, func(prefix string) bool { return strings.HasPrefix(strings.ToLower(key), prefix) }) {
			settings = append(settings, Setting{key, valueOf(all, fmt.Sprintf("GIT_CONFIG_VALUE_%d", i))})
		}
	}
	settings = append(settings, more...)
	for i, s := range settings {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=%s", i, s[0]), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i, s[1]))
	}
	if len(settings) > 0 {
		env = append(env, fmt.Sprintf("GIT_CONFIG_COUNT=%d", len(settings)))
	}
	return env
}
