// Package alerts writes alert rules for Prometheus, a dashboard for Grafana and
// metrics of a state: what has to be watched between two rotations.
//
// In goes a state; out come bytes that depend on nothing else, so the files can
// be kept in Git. Ends of certificates that no metric tells (the anchor's, the
// webhooks') are constants from the state. Names of metrics come from package
// linkerd, all of them in every rule, since pods keep the proxy that they
// started with.
package alerts

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/rotation"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// Rule is one alert, with the fields of a rules file
// (prometheus/prometheus model/rulefmt).
type Rule struct {
	Alert       string            `json:"alert"`
	Expr        string            `json:"expr"`
	For         string            `json:"for,omitempty"`
	Labels      map[string]string `json:"labels"`
	Annotations map[string]string `json:"annotations"`
}

// Severities. A warning has days, a critical alert is an outage or becomes one soon.
const (
	warning  = "warning"
	critical = "critical"
)

// mesh is what the rules need to know.
type mesh struct {
	*state.Rotation
	certificates []rotation.Expiry // in use
	leaf         time.Duration     // lifetime
	issuerMetric bool              // identity says when its issuer ends
}

// Rules are the alerts for a state, in a fixed order.
func Rules(s *state.Rotation) ([]Rule, error) {
	m, err := newMesh(s)
	if err != nil {
		return nil, err
	}
	var rules []Rule
	for _, part := range []func(mesh) []Rule{ends, leaves, identity, waiting, blind} {
		rules = append(rules, part(m)...)
	}
	for i := range rules {
		rules[i].Labels["cluster_pki"] = s.Metadata.Name
	}
	return rules, nil
}

func newMesh(s *state.Rotation) (mesh, error) {
	s = s.WithDefaults()
	version, err := linkerd.ParseVersion(s.Spec.Linkerd.Version)
	if err != nil {
		return mesh{}, err
	}
	certificates, err := rotation.InUse(s)
	return mesh{s, certificates, time.Duration(s.Spec.Leaf.Lifetime), version.HasIssuerMetric()}, err
}

// ends: certificates whose end the state knows.
func ends(m mesh) []Rule {
	names := map[string]string{
		"anchor":     "LinkerdTrustAnchorEnds",
		"issuer":     "LinkerdIssuerEnds",
		"cross":      "LinkerdCrossCertificateEnds",
		"webhook":    "LinkerdWebhookCertificateEnds",
		"webhook-ca": "LinkerdWebhookCAEnds",
	}
	starts := map[string]string{"anchor": "start anchor", "issuer": "start issuer", "cross": "start anchor", "webhook": "start webhooks",
		"webhook-ca": "start webhooks"}
	var rules []Rule
	for _, c := range together(m.certificates) {
		name, known := names[c.Kind]
		if !known || c.Kind == "issuer" && m.Spec.Custody.Kind == state.CustodyCertManager {
			continue // cert-manager renews it, so the state's end may be an old one
		}
		next := "`l5d-pki-render status` says what is next."
		if m.Status.Phase == state.PhaseStable {
			next += " A rotation begins with `l5d-pki-render " + starts[c.Kind] + "`."
		}
		what := fmt.Sprintf("the %s of %s", strings.ReplaceAll(c.Kind, "-", " "), c.Name)
		if c.Kind != "webhook" && c.Kind != "webhook-ca" {
			what = fmt.Sprintf("the %s %s", c.Kind, c.Name)
		}
		rules = append(rules, lastDays(name, fmt.Sprintf("vector(%d)", c.NotAfter.Unix()), c.NotAfter.Sub(c.NotBefore), map[string]string{"certificate": c.Kind, "name": c.Name},
			what+" ends on "+c.NotAfter.UTC().Format(time.DateOnly), next)...)
	}
	return rules
}

// together makes one of webhook certificates that begin and end at the same instants,
// as those that were minted at once do: a person renews them at once, too.
func together(list []rotation.Expiry) (merged []rotation.Expiry) {
	for _, c := range list {
		i := slices.IndexFunc(merged, func(o rotation.Expiry) bool {
			return strings.HasPrefix(c.Kind, "webhook") && o.Kind == c.Kind && o.NotAfter.Equal(c.NotAfter) && o.NotBefore.Equal(c.NotBefore)
		})
		switch {
		case i < 0:
			merged = append(merged, c)
		case !slices.Contains(strings.Split(merged[i].Name, ", "), c.Name):
			merged[i].Name += ", " + c.Name
		}
	}
	return merged
}

// lastDays are the two alerts before an end, given as an expression in seconds
// since 1970. A certificate that lives shorter warns in the last quarter of its
// life, since cert-manager renews at a third.
func lastDays(name, end string, life time.Duration, labels map[string]string, summary, description string) []Rule {
	var rules []Rule
	for _, level := range []struct {
		severity string
		left     time.Duration
	}{{warning, min(30*24*time.Hour, life/4)}, {critical, min(7*24*time.Hour, life/10)}} {
		rules = append(rules, Rule{
			Alert: name, Expr: fmt.Sprintf("%s - time() < %d", end, int64(level.left.Seconds())),
			Labels: with(labels, "severity", level.severity), Annotations: map[string]string{"summary": summary, "description": description},
		})
	}
	return rules
}

// leaves: proxies ask for a new leaf when 70 % of its life is over
// (linkerd2-proxy, identity client). Fewer than 20 % left means that refreshes
// fail. The counter of errors stays 0 in the worst case, so no rule uses it.
func leaves(m mesh) []Rule {
	var expires []string
	for _, row := range linkerd.LeafMetricsTable {
		if !slices.Contains(expires, row.Expires) {
			expires = append(expires, row.Expires)
		}
	}
	under := func(left time.Duration) string {
		var any []string
		for _, metric := range expires {
			any = append(any, fmt.Sprintf("%s - time() < %d", metric, int64(left.Seconds())))
		}
		return strings.Join(any, " or ")
	}
	lasts := promDuration(min(10*time.Minute, m.leaf/20))
	who := "{{ $labels.namespace }}/{{ $labels.pod }}"
	return []Rule{
		{Alert: "LinkerdLeafNotRefreshed", Expr: under(m.leaf / 5), For: lasts, Labels: map[string]string{"severity": warning}, Annotations: map[string]string{
			"summary":     "the proxy of " + who + " does not get a new certificate",
			"description": "Less than a fifth of its life is left; proxies ask for a new one long before. `l5d-pki-render check` says why.",
		}},
		{Alert: "LinkerdLeafExpired", Expr: under(0), Labels: map[string]string{"severity": critical}, Annotations: map[string]string{
			"summary":     "the certificate of the proxy of " + who + " has expired",
			"description": "Its connections fail, and it cannot get a new certificate until the pod restarts. `l5d-pki-render doctor` names the order of the steps.",
		}},
	}
}

// issuerEnd is when the issuer ends that each replica signs with. The metric
// counts down, so the instant of the sample belongs to it.
const issuerEnd = "timestamp(" + linkerd.IssuerTTLMetric + ") + " + linkerd.IssuerTTLMetric

// readings of the same end differ by the length of a scrape, in seconds.
const readings = 5

// identity: what it signs with, against the state; of cert-manager's issuer the
// replicas are compared with each other.
func identity(m mesh) []Rule {
	ownIssuer := m.Spec.Custody.Kind != state.CustodyCertManager
	var rules []Rule
	if !ownIssuer {
		rules = lastDays("LinkerdIssuerEnds", fmt.Sprintf("certmanager_certificate_expiration_timestamp_seconds{name=%q}", linkerd.IssuerSecret), time.Duration(m.Spec.Validity.Issuer), nil,
			"cert-manager's Certificate "+linkerd.IssuerSecret+" was not renewed", "Look at the Certificate's conditions with `kubectl describe certificate "+linkerd.IssuerSecret+"`.")
	}
	if !m.issuerMetric {
		return rules
	}
	differs := fmt.Sprintf("max(%s) - min(%s) > %d", issuerEnd, issuerEnd, readings)
	for _, c := range m.certificates {
		if ownIssuer && c.Kind == "issuer" {
			differs = fmt.Sprintf("abs(%s - %d) > %d", issuerEnd, c.NotAfter.Unix(), readings)
		}
	}
	return append(rules, Rule{Alert: "LinkerdIdentityNotReloaded", Expr: differs, For: "1h", Labels: map[string]string{"severity": warning},
		Annotations: map[string]string{
			"summary":     "a replica of linkerd-identity signs with another issuer than the state says",
			"description": "Either the issuer's Secret was not delivered, or identity did not reload it. `l5d-pki-render observe` followed by `l5d-pki-render doctor` says which.",
		}})
}

// patience is how long a rotation may rest in a phase before a person should look.
const patience = 7 * 24 * time.Hour

// waiting: a rotation under way that nobody moves.
func waiting(m mesh) []Rule {
	last, ok := m.LastEntry()
	at, err := time.Parse(time.RFC3339, last.At)
	if !ok || err != nil || m.Status.Phase == state.PhaseStable {
		return nil
	}
	return []Rule{{Alert: "LinkerdRotationWaits", Expr: fmt.Sprintf("vector(time() - %d) > %d", at.Unix(), int64(patience.Seconds())),
		Labels: map[string]string{"severity": warning, "phase": m.Status.Phase}, Annotations: map[string]string{
			"summary":     "the rotation has been in phase " + m.Status.Phase + " for more than a week",
			"description": "`l5d-pki-render status` says what the next move needs.",
		}}}
}

// blind: rules on metrics that nobody has never fire, so their absence is an
// alert. Linkerd renamed its metrics in 2.16, and rules with the old names have
// been silent since.
func blind(m mesh) []Rule {
	var gone []string
	for _, row := range linkerd.LeafMetricsTable {
		if absent := "absent(" + row.Expires + ")"; !slices.Contains(gone, absent) {
			gone = append(gone, absent)
		}
	}
	rules := []Rule{noMetric("LinkerdLeafMetricsMissing", strings.Join(gone, " and "), "no proxy's metrics about its certificate reach Prometheus")}
	if m.issuerMetric {
		rules = append(rules, noMetric("LinkerdIssuerMetricMissing", "absent("+linkerd.IssuerTTLMetric+")", "the metrics of linkerd-identity do not reach Prometheus"))
	}
	return rules
}

func noMetric(name, expr, summary string) Rule {
	return Rule{Alert: name, Expr: expr, For: "30m", Labels: map[string]string{"severity": warning}, Annotations: map[string]string{
		"summary": summary, "description": "Alerts that need them cannot fire. Check Prometheus' scrape configuration, and the version in the state against the mesh's.",
	}}
}

// with is labels and one more.
func with(labels map[string]string, key, value string) map[string]string {
	all := map[string]string{key: value}
	for k, v := range labels {
		all[k] = v
	}
	return all
}

// promDuration is a length of time as Prometheus writes it, in whole seconds.
func promDuration(d time.Duration) string { return fmt.Sprintf("%ds", int64(d.Seconds())) }
