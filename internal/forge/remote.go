package forge

import (
	"net/url"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// remote is where a Git remote points to, credentials left out.
type remote struct {
	// scheme is "https", "http" or "ssh".
	scheme string
	// host is in lower case, with its port unless that is one of SSH.
	host string
	// path has no slash at its ends and no ".git".
	path string
}

// parseRemote reads a remote as Git writes them (git-clone(1), "Git URLs"):
// https://host:port/path, ssh://user@host:port/path, user@host:path.
func parseRemote(text string) (remote, error) {
	r, ok := parseURL(text)
	if !ok {
		r, ok = parseSCP(text)
	}
	if !ok || r.host == "" || r.path == "" || strings.Contains(r.path, "@") { // "@": a login that was not read as one
		return remote{}, problem.ForgeRemote.With(address.Redact(text))
	}
	return r, nil
}

func parseURL(text string) (remote, bool) {
	if !strings.Contains(text, "://") {
		return remote{}, false
	}
	u, err := url.Parse(text)
	if err != nil {
		return remote{}, false
	}
	scheme, overSSH := strings.ToLower(u.Scheme), false
	switch scheme {
	case "https", "http":
	case "ssh", "git+ssh", "ssh+git":
		scheme, overSSH = "ssh", true
	default: // file, git: no forge answers there
		return remote{}, false
	}
	if name := u.Hostname(); strings.Contains(name, ":") && !strings.HasPrefix(u.Host, "[") {
		return remote{}, false // two ports: Go takes the first for a part of the name
	}
	host := strings.ToLower(u.Host)
	if overSSH { // a port of SSH says nothing about the pages
		host = strings.ToLower(u.Hostname())
		if strings.Contains(host, ":") {
			host = "[" + host + "]"
		}
	}
	return remote{scheme, webHost(host), cleanPath(u.Path)}, true
}

// parseSCP reads user@host:path. A path before the colon means a local file.
func parseSCP(text string) (remote, bool) {
	where, path, found := strings.Cut(text, ":")
	if !found || strings.ContainsAny(where, `/\`) || strings.Contains(text, "://") {
		return remote{}, false
	}
	if at := strings.LastIndex(where, "@"); at >= 0 {
		where = where[at+1:]
	} else if len(where) == 1 { // C:\repository
		return remote{}, false
	}
	return remote{"ssh", webHost(strings.ToLower(where)), cleanPath(path)}, true
}

func cleanPath(path string) string {
	return strings.Trim(strings.TrimSuffix(strings.Trim(path, "/"), ".git"), "/")
}

// sshHosts have other names for SSH than for their pages. Sources:
// docs.github.com "Using SSH over the HTTPS port", docs.gitlab.com "SSH", Azure's and Bitbucket's clone addresses.
var sshHosts = map[string]string{
	"ssh.github.com":          "github.com",
	"altssh.gitlab.com":       "gitlab.com",
	"altssh.bitbucket.org":    "bitbucket.org",
	"ssh.dev.azure.com":       "dev.azure.com",
	"vs-ssh.visualstudio.com": "dev.azure.com",
}

func webHost(host string) string {
	if web, known := sshHosts[host]; known {
		return web
	}
	return host
}
