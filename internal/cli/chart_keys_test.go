package cli

import (
	"strings"
	"testing"
)

func TestChartUsage(t *testing.T) {
	state := stateIn(t, goodState(t))
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no chart":    {nil, ExitUsage, "takes 1 argument"},
		"layout":      {[]string{"x", "-s", state, "--layout", "inside"}, ExitFailed, `there is no layout "inside"`},
		"report":      {[]string{"x", "-s", state, "--report", "xml"}, ExitFailed, `unknown output format "xml"`},
		"two stdins":  {[]string{"x", "-s", state, "--password-stdin", "-f", "-"}, ExitFailed, "exclude each other"},
		"no values":   {[]string{"x", "-s", state, "-f", "/nowhere"}, ExitFailed, "/nowhere: cannot be read"},
		"no state":    {[]string{"x", "-s", "/nowhere"}, ExitFailed, "/nowhere: no state file here"},
		"no program":  {[]string{"x", "-s", state}, ExitFailed, "the program /nowhere/chart cannot be run"},
		"bad program": {[]string{"x", "-s", state}, ExitFailed, "do not understand each other"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"L5D_PKI_CHART_PROGRAM": "/nowhere/chart"}
			if name == "bad program" {
				env["L5D_PKI_CHART_PROGRAM"] = "true"
			}
			r := call(t, "secret", env, append([]string{"chart"}, c.args...)...)
			if r.code != c.code || r.out != "" || !strings.Contains(r.stderr, c.says) {
				t.Errorf("code %d, out %q: %s", r.code, r.out, r.stderr)
			}
		})
	}
}
