package argocd

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// argoParameter is one of spec.source.plugin.parameters, in ARGOCD_APP_PARAMETERS.
type argoParameter struct {
	Name   string            `json:"name"`
	String *string           `json:"string"`
	Array  []string          `json:"array"`
	Map    map[string]string `json:"map"`
}

// Where parameters come from; PARAM_ variables are not read, since two names may
// fall together in them.
const (
	argoParameters = "ARGOCD_APP_PARAMETERS"
	argoEnv        = "ARGOCD_ENV_"
	ownEnv         = "L5D_PKI_"
)

// readParameters reads the parameters into the call: those of the Application
// win over its environment, and that over the sidecar's.
func (c *call) readParameters() error {
	table := c.parameters()
	given, err := c.given()
	if err != nil {
		return err
	}
	var problems problem.List
	problems.Add(knownOnly(table, given))
	problems.Add(c.knownEnvironment(table))
	for _, p := range table {
		problems.Add(c.setParameter(p, given))
	}
	if c.apart && c.withKeys {
		problems.Add(problem.ArgoCDBoth.With("secrets-apart", "with-keys"))
	}
	problems.Add(c.checkPatterns())
	return problems.Err()
}

// ofCharts are parameters that say which chart, and with which values.
var ofCharts = []string{"digest", "repo", "values-files", "version"}

// withoutChart refuses an Application that gives such a parameter where no chart
// is rendered: it would be without effect. The sidecar's own environment is for
// all applications.
func (c *call) withoutChart() error {
	given, err := c.given()
	if err != nil {
		return err
	}
	var problems problem.List
	for _, name := range ofCharts {
		listed := slices.ContainsFunc(given, func(g argoParameter) bool {
			return g.Name == name && (len(g.Array) > 0 || g.String != nil && *g.String != "")
		})
		if listed || c.Getenv(argoEnv+envName(name)) != "" {
			problems.Add(problem.ArgoCDNoChart.With(name))
		}
	}
	return problems.Err()
}

// envName is a parameter's name as variables have it.
func envName(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "-", "_")) }

func (c *call) given() ([]argoParameter, error) {
	text := c.Getenv(argoParameters)
	if text == "" {
		return nil, nil
	}
	var given []argoParameter
	if err := json.Unmarshal([]byte(text), &given); err != nil {
		return nil, problem.ArgoCDParameters.With(err).In(argoParameters).Because(err)
	}
	return given, nil
}

// knownOnly refuses names that are not in the table, and names that stand twice.
func knownOnly(table []parameter, given []argoParameter) error {
	var problems problem.List
	seen := map[string]bool{}
	for _, g := range given {
		switch {
		case !isParameter(table, g.Name):
			problems.Add(problem.ArgoCDUnknown.With(g.Name, parameterNames(table)))
		case seen[g.Name]:
			problems.Add(problem.ArgoCDTwice.With(g.Name))
		}
		seen[g.Name] = true
	}
	return problems.Err()
}

// knownEnvironment does the same for the Application's environment: a slip of
// the pen there would change what is rendered, too.
func (c *call) knownEnvironment(table []parameter) error {
	if c.Environ == nil {
		return nil
	}
	var problems problem.List
	for _, entry := range c.Environ() {
		name, value, _ := strings.Cut(entry, "=")
		own, ours := strings.CutPrefix(name, argoEnv)
		if ours && value != "" && !isParameter(table, strings.ToLower(strings.ReplaceAll(own, "_", "-"))) {
			problems.Add(problem.ArgoCDUnknown.With(own, parameterNames(table)))
		}
	}
	return problems.Err()
}

func isParameter(table []parameter, name string) bool {
	return slices.ContainsFunc(table, func(p parameter) bool { return p.name == name })
}

func parameterNames(table []parameter) string {
	names := make([]string, len(table))
	for i, p := range table {
		names[i] = p.name
	}
	return strings.Join(names, ", ")
}

// setParameter takes the first source that has something.
func (c *call) setParameter(p parameter, given []argoParameter) error {
	for _, g := range given {
		switch {
		case g.Name != p.name:
		case g.Map != nil:
			return problem.ArgoCDValue.With(p.name, p.wants(), "a map")
		case g.Array != nil && p.list == nil:
			return problem.ArgoCDValue.With(p.name, p.wants(), "a list")
		case g.Array != nil:
			*p.list = g.Array
			return nil
		case g.String != nil && *g.String != "":
			return p.set(*g.String)
		}
	}
	for _, prefix := range []string{argoEnv, ownEnv} {
		if value := c.Getenv(prefix + envName(p.name)); value != "" {
			return p.set(value)
		}
	}
	return nil
}

// set takes a value as text: a list has commas or line ends between its items.
// Space around it comes from YAML's block scalars.
func (p parameter) set(value string) error {
	value = strings.TrimSpace(value)
	switch {
	case p.text != nil:
		*p.text = value
	case p.flag != nil:
		on, err := strconv.ParseBool(value)
		if err != nil {
			return problem.ArgoCDValue.With(p.name, p.wants(), strconv.Quote(value))
		}
		*p.flag = on
	default:
		*p.list = nil
		for _, item := range strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == '\n' }) {
			if item = strings.TrimSpace(item); item != "" {
				*p.list = append(*p.list, item)
			}
		}
	}
	return nil
}

func (p parameter) wants() string {
	switch {
	case p.flag != nil:
		return "true or false"
	case p.list != nil:
		return "a list"
	}
	return "a text"
}
