package exchange

import (
	"net"
	"net/url"
	"strings"
)

// defaultPorts by scheme; OCI registries are asked over https.
var defaultPorts = map[string]string{"https": "443", "http": "80"}

// Allows reports whether the server of a URL may be asked. An entry of Hosts is
// HOST or HOST:PORT over https, or the same after "http://" without TLS.
func (a Access) Allows(u *url.URL) bool {
	if a.Hosts == nil {
		return true
	}
	for _, entry := range a.Hosts {
		if server(u) == listed(entry) {
			return true
		}
	}
	return false
}

// server is "scheme://host:port" of a URL.
func server(u *url.URL) string {
	scheme := strings.ToLower(u.Scheme)
	if scheme == "oci" {
		scheme = "https"
	}
	port := u.Port()
	if port == "" {
		port = defaultPorts[scheme]
	}
	return scheme + "://" + net.JoinHostPort(strings.ToLower(u.Hostname()), port)
}

// listed is "scheme://host:port" of an entry of Hosts, or "" if it is invalid.
func listed(entry string) string {
	if !strings.HasPrefix(entry, "http://") {
		entry = "https://" + entry
	}
	u, err := url.Parse(entry)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" ||
		strings.Contains(u.Host, "*") {
		return ""
	}
	return server(u)
}

// ValidHost reports whether an entry of Hosts is one.
func ValidHost(entry string) bool { return listed(entry) != "" }

// SameServer reports whether two URLs have scheme, host and port in common.
func SameServer(a, b *url.URL) bool { return server(a) == server(b) }
