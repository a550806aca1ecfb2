package alerts

import (
	"fmt"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"

	"sigs.k8s.io/yaml"
)

// Forms in which alerts can be written.
const (
	FormRules     = "rules"          // a file for Prometheus' rule_files
	FormObject    = "prometheusrule" // an object for the Prometheus Operator
	FormDashboard = "dashboard"      // a dashboard for Grafana
	FormMetrics   = "openmetrics"    // metrics of the state, for a textfile collector
)

// Forms in the order of the help.
var Forms = []string{FormRules, FormObject, FormDashboard, FormMetrics}

// groups is a file for Prometheus.
type groups struct {
	Groups []group `json:"groups"`
}

type group struct {
	Name  string `json:"name"`
	Rules []Rule `json:"rules"`
}

// object is a PrometheusRule (monitoring.coreos.com/v1).
type object struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Metadata   metadata `json:"metadata"`
	Spec       groups   `json:"spec"`
}

type metadata struct {
	Name      string            `json:"name"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels,omitempty"`
}

const header = "# l5d-pki-render: alerts; written by the tool, edits are lost\n"

// Write gives the file of a form. Labels are for the object only, as an operator
// selects rules by them.
func Write(s *state.Rotation, form string, labels map[string]string) ([]byte, error) {
	if len(labels) > 0 && form != FormObject {
		return nil, problem.AlertsLabels.With(form)
	}
	switch form {
	case FormDashboard:
		return dashboard(s)
	case FormMetrics:
		return Metrics(s)
	case FormRules, FormObject:
	default:
		return nil, problem.CLIFormat.With(form, strings.Join(Forms, ", "))
	}
	rules, err := Rules(s)
	if err != nil {
		return nil, err
	}
	var file any = groups{[]group{{"linkerd-pki", rules}}}
	if form == FormObject {
		file = object{"monitoring.coreos.com/v1", "PrometheusRule", metadata{"linkerd-pki", s.WithDefaults().Spec.Linkerd.Namespace, labels}, groups{[]group{{"linkerd-pki", rules}}}}
	}
	text, err := yaml.Marshal(file)
	return append([]byte(header), text...), err
}

// Metrics are the state as OpenMetrics text: nothing but what the state says, so
// that a file of it in Git changes with the state only.
func Metrics(s *state.Rotation) ([]byte, error) {
	certificates, err := rotation.InUse(s)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	cluster := label("cluster", s.Metadata.Name)
	b.WriteString("# TYPE l5d_pki_phase info\n# HELP l5d_pki_phase The phase of the rotation.\n")
	fmt.Fprintf(&b, "l5d_pki_phase_info{%s,%s} 1\n", cluster, label("phase", s.Status.Phase))
	b.WriteString("# TYPE l5d_pki_epoch gauge\n# HELP l5d_pki_epoch How many moves led to this state.\n")
	fmt.Fprintf(&b, "l5d_pki_epoch{%s} %d\n", cluster, s.Status.Epoch)
	b.WriteString("# TYPE l5d_pki_certificate_not_after_seconds gauge\n# UNIT l5d_pki_certificate_not_after_seconds seconds\n# HELP l5d_pki_certificate_not_after_seconds When a certificate in use ends, in seconds since 1970.\n")
	for _, c := range certificates {
		fmt.Fprintf(&b, "l5d_pki_certificate_not_after_seconds{%s,%s,%s,%s} %d\n", cluster, label("kind", c.Kind), label("name", c.Name), label("fingerprint", c.Fingerprint), c.NotAfter.Unix())
	}
	b.WriteString("# EOF\n")
	return []byte(b.String()), nil
}

// label is a label with its value escaped as OpenMetrics asks for.
func label(name, value string) string {
	return name + `="` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(value) + `"`
}

// ParseLabels reads labels given as KEY=VALUE.
func ParseLabels(list []string) (map[string]string, error) {
	labels := map[string]string{}
	for _, text := range list {
		key, value, ok := strings.Cut(text, "=")
		if !ok || key == "" {
			return nil, problem.AlertsLabel.With(problem.Shown(text))
		}
		labels[key] = value
	}
	return labels, nil
}
