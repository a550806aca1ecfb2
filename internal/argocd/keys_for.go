package argocd

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/l5d-pki/l5d-pki-render/internal/address"
	"github.com/l5d-pki/l5d-pki-render/internal/chartphase"
	"github.com/l5d-pki/l5d-pki-render/internal/custody"
	"github.com/l5d-pki/l5d-pki-render/internal/lazy"
	"github.com/l5d-pki/l5d-pki-render/internal/sink"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/render"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// mayOpenKeys returns an error if rendering the state would open a private key
// and the sidecar does not allow this application to have one. The repository
// is the tenant's, the state file in it too: it may name any key file that the
// sidecar can reach, and any namespace.
func (c *call) mayOpenKeys(s *state.Rotation) error {
	kind := custody.Kinds[s.WithDefaults().Spec.Custody.Kind]
	if !c.withKeys || kind.Open == nil || len(render.KeyPaths(s)) == 0 {
		return nil
	}
	allowed, err := parseKeysFor(keysFor, c.Getenv(keysFor))
	if err != nil {
		return err
	}
	for _, name := range levelVariables {
		if level := c.Getenv(name); slices.Contains(loudLevels, strings.ToLower(level)) {
			return problem.ArgoCDKeysLogged.With(name, level)
		}
	}
	if revision := c.Getenv("ARGOCD_APP_REVISION"); !committed.MatchString(revision) {
		return problem.ArgoCDKeysStreamed.With(sink.OneLine(revision))
	}
	application, missing := c.application()
	if missing != "" {
		return problem.ArgoCDKeysUnknown.With(missing)
	}
	if !slices.ContainsFunc(allowed, application.matches) {
		return problem.ArgoCDKeysRefused.With(application.withoutLogin())
	}
	if c.onNetwork() && !slices.ContainsFunc(s.Spec.Outputs, c.isChartOf) {
		return problem.ArgoCDKeysChart.With(address.Redact(c.request.Chart))
	}
	// Argo CD puts objects without a namespace there, and refuses them where there is none.
	namespaces := chartphase.Namespaces(s)
	for _, namespace := range namespaces {
		if to := c.Getenv("ARGOCD_APP_NAMESPACE"); to == "" || to == namespace {
			return nil
		}
	}
	return problem.ArgoCDKeysNamespace.With(c.Getenv("ARGOCD_APP_NAMESPACE"), namespaces[""])
}

// mayLogIn reports whether the chart program may use the sidecar's login of a registry. An
// Application names the chart, so whoever may write one would read every chart that the
// login reads.
func (c *call) mayLogIn() (bool, error) {
	allowed, err := parseKeysFor(loginFor, c.Getenv(loginFor))
	application, missing := c.application()
	return missing == "" && committed.MatchString(c.Getenv("ARGOCD_APP_REVISION")) && slices.ContainsFunc(allowed, application.matches), err
}

// hintLogin adds to a registry's refusal that there is a login, and which entry would
// allow its use.
func (c *call) hintLogin(err error) error {
	problems := problem.Of(err)
	application, _ := c.application()
	has := slices.ContainsFunc(loginVariables, func(name string) bool { return c.Getenv(name) != "" })
	for _, p := range problems {
		if p.Code == problem.ChartCredentials.Code && has {
			p.Hints = []string{fmt.Sprintf("the sidecar uses its login only for applications that %s lists; the entry for this one would be: %s", loginFor, application.withoutLogin())}
		}
	}
	return problems.Err()
}

// application is what Argo CD says of the application, and the first variable that is
// missing.
func (c *call) application() (application keysForEntry, missing string) {
	application = keysForEntry{}
	for _, f := range keysForFields {
		application[f.name] = c.Getenv(f.variable)
		if application[f.name] == "" {
			missing = cmp.Or(missing, f.variable)
		}
	}
	return application, missing
}

// isChartOf reports whether an output of the state is the chart that the application's
// parameters name. A chart is a program that gets the keys as values: whoever writes the
// parameters may not be the one who reviews the repository.
func (c *call) isChartOf(o state.Output) bool {
	return o.Kind == state.OutputChart && o.Chart == c.request.Chart && o.Repo == c.request.Repo && o.Digest == c.request.Digest
}

// loudLevels are those at which Argo CD's server of the plugin logs all that the plugin
// prints (cmpserver/plugin/plugin.go, runCommand).
var loudLevels = []string{"debug", "trace"}

// levelVariables have the level: the server sets the first by its flag or variable
// (util/cli.SetLogLevel), and takes the second.
var levelVariables = []string{"ARGOCD_LOG_LEVEL", "ARGOCD_CMP_SERVER_LOGLEVEL"}

// committed is what Argo CD has in ARGOCD_APP_REVISION for what it fetched itself: a
// commit, or the digest of an OCI artifact. For files that a user sends (`argocd app diff
// --local --server-side-generate`, reposerver/repository.GenerateManifestWithFiles) it is
// "streamed", beside the application's own name, repository and target revision.
var committed = lazy.New(`^([0-9a-f]{40}|[0-9a-f]{64}|sha256:[0-9a-f]{64})$`)

// keysFor is the variable of the sidecar that lists the applications for which
// private keys are opened. Only the process's own environment counts:
// ARGOCD_ENV_* and ARGOCD_APP_PARAMETERS are the tenant's.
const keysFor = "L5D_PKI_KEYS_FOR"

// loginFor is such a list of the applications for which the login of a registry is used.
const loginFor = "L5D_PKI_REGISTRY_LOGIN_FOR"

// loginVariables say where the sidecar has one.
var loginVariables = []string{"HELM_REGISTRY_CONFIG", "DOCKER_CONFIG", "REGISTRY_AUTH_FILE"}

// keysForField is one field of an entry, and the variable in which Argo CD
// passes the application's value.
type keysForField struct {
	name, variable string
	any            bool // "*" stands for every value
}

// The author of an Application chooses its name and revision. The AppProject
// limits its repositories, so project and repository are always exact.
var keysForFields = []keysForField{
	{"project", "ARGOCD_APP_PROJECT_NAME", false},
	{"app", "ARGOCD_APP_NAME", true},
	{"repo", "ARGOCD_APP_SOURCE_REPO_URL", false},
	{"revision", "ARGOCD_APP_SOURCE_TARGET_REVISION", true},
}

// keysForEntry holds a value for each of keysForFields.
type keysForEntry map[string]string

// parseKeysFor reads the list of a variable: entries separated by ";" or line ends, each with all
// fields as NAME=VALUE separated by blanks.
func parseKeysFor(variable, text string) ([]keysForEntry, error) {
	var entries []keysForEntry
	number := 0
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ';' || r == '\n' }) {
		fields := strings.Fields(part)
		if len(fields) == 0 {
			continue
		}
		number++
		entry := keysForEntry{}
		if wrong := entry.read(fields); wrong != "" {
			return nil, problem.ArgoCDKeysFor.With(variable, fmt.Sprintf("entry %d: %s", number, wrong))
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// read fills an entry, and says what is wrong with it by number and name of the
// field only: every tenant reads the error, and the list is the operator's.
func (e keysForEntry) read(fields []string) (wrong string) {
	for i, field := range fields {
		if wrong := e.add(field); wrong != "" {
			return fmt.Sprintf("field %d %s", i+1, wrong)
		}
	}
	for _, f := range keysForFields {
		if e[f.name] == "" {
			return f.name + " is missing"
		}
	}
	return ""
}

func (e keysForEntry) add(field string) (wrong string) {
	name, value, _ := strings.Cut(field, "=")
	i := slices.IndexFunc(keysForFields, func(f keysForField) bool { return f.name == name })
	switch {
	case i < 0:
		return "is not project, app, repo or revision"
	case e[name] != "":
		return "sets " + name + " a second time"
	case strings.Contains(value, "*") && (value != "*" || !keysForFields[i].any):
		return "has a pattern for " + name + ", which must be an exact value"
	}
	e[name] = value
	return ""
}

// matches reports whether an entry of the list allows the application e.
func (e keysForEntry) matches(allowed keysForEntry) bool {
	for _, f := range keysForFields {
		if allowed[f.name] != e[f.name] && allowed[f.name] != "*" {
			return false
		}
	}
	return true
}

// withoutLogin is the entry as an error shows it: Argo CD keeps the login of a
// repository apart, but an address in an Application may have one.
func (e keysForEntry) withoutLogin() keysForEntry {
	shown := maps.Clone(e)
	shown["repo"] = address.Redact(e["repo"])
	return shown
}

// String returns the entry as the list has it. A value that would mean
// something else there is quoted, so that the entry is refused.
func (e keysForEntry) String() string {
	var fields []string
	for _, f := range keysForFields {
		value := e[f.name]
		if strings.ContainsFunc(value, func(r rune) bool {
			return strings.ContainsRune(`;*"`, r) || !unicode.IsGraphic(r) || unicode.IsSpace(r)
		}) {
			value = fmt.Sprintf("%q*", value)
		}
		if value != "" {
			fields = append(fields, f.name+"="+value)
		}
	}
	return strings.Join(fields, " ")
}
