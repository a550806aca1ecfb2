package helmplugin

import (
	"net/url"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Values are those that an l5d-pki:// URL names; "" is what it does not say.
type Values struct{ State, Layout, Chart string }

// ParseURL takes path and query of a URL. It is read by hand: a host's rules do
// not fit the first part of a path.
func ParseURL(raw string) (Values, error) {
	var v Values
	rest, ours := strings.CutPrefix(raw, scheme+"://")
	if !ours {
		return v, problem.HelmURL.With(raw, "it does not begin with "+scheme+"://")
	}
	if strings.Contains(rest, "#") {
		return v, problem.HelmURL.With(raw, "a fragment (#…) means nothing here")
	}
	path, query, _ := strings.Cut(rest, "?")
	path, err := url.PathUnescape(path)
	if err != nil {
		return v, problem.HelmURL.With(raw, err)
	}
	v.State = path
	return v, v.fromQuery(raw, query)
}

func (v *Values) fromQuery(raw, query string) error {
	parts := map[string]*string{"chart": &v.Chart, "layout": &v.Layout}
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		key, value, _ := strings.Cut(pair, "=")
		target, known := parts[key]
		if !known {
			return problem.HelmQuery.With(key)
		}
		value, err := url.QueryUnescape(value)
		if err != nil {
			return problem.HelmURL.With(raw, err)
		}
		if value == "" || seen[key] {
			return problem.HelmURL.With(raw, key+" needs one value")
		}
		seen[key], *target = true, value
	}
	return nil
}
