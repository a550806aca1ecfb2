package client

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/forge"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Serve answers each request on in with one reply on out.
func Serve(in io.Reader, out io.Writer) error {
	return forge.Serve(in, out, Dial)
}

// libraries by kind of forge: each takes the address of the API.
var libraries = map[string]struct {
	api  func(forge.Target) string
	open func(t forge.Target, api string, client *http.Client) (library, error)
}{
	"github": {githubAPI, newGitHub},
	"gitlab": {gitlabAPI, newGitLab},
	"gitea":  {giteaAPI, newGitea},
}

// Dial reaches the target's forge itself. It makes no call yet.
func Dial(t forge.Target) (forge.Forge, error) {
	return dial(t, realClock)
}

func dial(t forge.Target, c clock) (forge.Forge, error) {
	l, known := libraries[t.Kind]
	if !known {
		return nil, problem.ForgeNoClient.With(t.Kind)
	}
	api := strings.TrimRight(t.APIURL, "/")
	if api == "" {
		api = l.api(t)
	}
	address, err := url.Parse(api)
	if err != nil || address.Host == "" {
		return nil, problem.ForgeBaseURL.With(api)
	}
	transport, err := newTransport(t, address, c)
	if err != nil {
		return nil, err
	}
	lib, err := l.open(t, api, &http.Client{Transport: transport, CheckRedirect: sameHost})
	if err != nil {
		return nil, problem.ForgeBaseURL.With(api)
	}
	return &work{lib: lib, host: address.Host, wait: c.sleep}, nil
}
