package forge

import (
	"net/netip"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// topLevel is the last label of a host's name: letters, or an internationalized name.
var topLevel = lazy.New(`^([a-z]+|xn--[a-z0-9-]+)$`)

// isHostName reports whether a name can be one of the DNS or of the local
// network. In "github.com-work" the last label is none that exists.
func isHostName(host string) bool {
	if isAddress(host) {
		return true
	}
	last := strings.LastIndex(host, ".")
	return last < 0 || topLevel.MatchString(host[last+1:])
}

// behindAlias replaces the host of an SSH address by the one that SSH's
// configuration has for it. People with two accounts on one forge give it a second
// name there. named: the user said where the forge is.
func (r *remote) behindAlias(lookup func(string) string, named bool) error {
	if r.scheme != "ssh" || known[r.host] != "" {
		return nil
	}
	if lookup != nil {
		if real := webHost(strings.ToLower(lookup(r.host))); r.standsFor(real) {
			r.host = real
		}
	}
	if !isHostName(r.host) && !named {
		return problem.ForgeAlias.With(r.host)
	}
	return nil
}

// standsFor reports whether the remote's host is another name for the forge at a
// host. Where the name itself tells of a forge it is kept, unless the other is a
// well-known one: SSH may go to another machine than the pages.
func (r *remote) standsFor(real string) bool {
	own := isHostName(r.host) && strings.Contains(r.host, ".") && kindOf(r.host) != ""
	switch {
	case real == "" || !isHostName(real):
		return false
	case known[real] != "":
		return true
	}
	return !isHostName(r.host) || !own && kindOf(real) != "" || isShortName(r.host) && !isAddress(real)
}

// isShortName reports whether a name has one label: a name of SSH's configuration,
// or one that the resolver completes, as ssh does too.
func isShortName(host string) bool { return !strings.Contains(host, ".") && !isAddress(host) }

func isAddress(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}
