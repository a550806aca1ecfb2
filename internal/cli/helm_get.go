package cli

import (
	"net/url"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"

	"github.com/spf13/cobra"
)

// helmGet is Helm's getter: values of the phase for `-f l5d-pki://…`.
func (a *app) helmGet() *cobra.Command {
	var c valuesCall
	cmd := &cobra.Command{
		Use:   "get CERT-FILE KEY-FILE CA-FILE URL",
		Short: "give Helm the values that an l5d-pki:// URL names (Helm calls this)",
		Long: `get writes the values of the state's phase to stdout, as ` + "`values`" + ` does. Helm
calls it for -f l5d-pki://rotation.yaml?chart=viz&layout=external, with three
files for TLS that are of no use here. The path is relative to the folder that
Helm was started in; l5d-pki:///absolute/rotation.yaml is absolute;
l5d-pki:// alone means --state. L5D_PKI_WITH_KEYS=true opens keys in custody.`,
		Example: `  l5d-pki-render helm-plugin get "" "" "" 'l5d-pki://rotation.yaml?layout=external'`,
		Args:    cobra.ExactArgs(4),
		RunE: a.run(func(_ *cobra.Command, args []string) error {
			if err := c.fromURL(args[3]); err != nil {
				return err
			}
			if _, err := a.doValues(c); err != nil {
				return err
			}
			if len(a.data) == 0 {
				return problem.HelmNoValues.With() // Helm would take the chart's defaults
			}
			return nil
		}),
	}
	c.flags(cmd)
	c.secrets.add(cmd, "let layout embedded open the keys of any custody (env L5D_PKI_WITH_KEYS)")
	return cmd
}

// fromURL takes path and query of a URL; flags stand where it says nothing. It
// is read by hand: a host's rules do not fit the first part of a path.
func (c *valuesCall) fromURL(raw string) error {
	rest, ours := strings.CutPrefix(raw, helmScheme+"://")
	if !ours {
		return problem.HelmURL.With(raw, "it does not begin with "+helmScheme+"://")
	}
	if strings.Contains(rest, "#") {
		return problem.HelmURL.With(raw, "a fragment (#…) means nothing here")
	}
	path, query, _ := strings.Cut(rest, "?")
	path, err := url.PathUnescape(path)
	if err != nil {
		return problem.HelmURL.With(raw, err)
	}
	if path != "" {
		c.state = path
	}
	return c.fromQuery(raw, query)
}

func (c *valuesCall) fromQuery(raw, query string) error {
	parts := map[string]*string{"chart": &c.chart, "layout": &c.layout}
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
