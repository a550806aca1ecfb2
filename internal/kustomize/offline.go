package kustomize

import (
	"net/http"
	"regexp"
	"sync"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// closeNetwork closes Go's default HTTP transport, by which kustomize fetches
// files, for good: kustomize has no switch for that. However a URL is spelled,
// generated or patched together, no request leaves. The process answers one
// request, and renders no chart besides.
var closeNetwork = sync.OnceFunc(func() { http.DefaultTransport = closed{} })

// closed is a transport that refuses every request.
type closed struct{}

func (closed) RoundTrip(request *http.Request) (*http.Response, error) {
	return nil, problem.OverlayRemote.With(refusedMark + request.URL.Redacted() + ">")
}

// refusedMark begins a refused address in an error text of kustomize, which
// does not always wrap errors.
const refusedMark = "<refused:"

var refusedAddress = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(refusedMark + `([^>]*)>`)
})

// refusedBy returns the address that a build was kept from, or "".
func refusedBy(err error) string {
	if found := refusedAddress().FindStringSubmatch(err.Error()); found != nil {
		return found[1]
	}
	return ""
}
