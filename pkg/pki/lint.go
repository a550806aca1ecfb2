package pki

import (
	"fmt"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Severity says what a finding means for a running mesh.
type Severity string

const (
	// Error is for what something refuses, now or under one of the two rules.
	Error Severity = "error"
	// Warning is for what works, and will not for long or not everywhere.
	Warning Severity = "warning"
	// Info is for what is worth knowing at the next generation.
	Info Severity = "info"
)

// Finding is one hazard that lint found.
type Finding struct {
	// Code is stable; `explain CODE` explains it.
	Code     problem.Code `json:"code"`
	Severity Severity     `json:"severity"`
	// Subject is the certificate, quoted name and fingerprint's beginning, or
	// "" for a finding about the whole bundle.
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text"`
	Hint    string `json:"hint,omitempty"`
}

// String is one line without the hint.
func (f Finding) String() string {
	if f.Subject == "" {
		return fmt.Sprintf("%s: %s", f.Severity, f.Text)
	}
	return fmt.Sprintf("%s: %s %s", f.Severity, f.Subject, f.Text)
}

// Identity names the mesh, for the rules about names. Rules that need an empty
// field are left out.
type Identity struct {
	// Namespace is the control plane's, TrustDomain spec.linkerd.trustDomain.
	Namespace, TrustDomain string
}

// IssuerName is the common name that Linkerd's documentation asks of an issuer.
func (id Identity) IssuerName() string {
	return "identity." + id.Namespace + "." + id.TrustDomain
}

// leafNames are two identities that every mesh of this name issues: that of
// linkerd-identity and that of an ordinary workload.
func (id Identity) leafNames() []string {
	return []string{id.LeafName(linkerd.DeploymentIdentity, id.Namespace), id.LeafName("default", "default")}
}

// LeafName is what identity calls the pods of a service account.
func (id Identity) LeafName(account, namespace string) string {
	return account + "." + namespace + ".serviceaccount." + id.IssuerName()
}

func (id Identity) known() bool { return id.Namespace != "" && id.TrustDomain != "" }

// view is what a rule looks at: one certificate in its surroundings.
type view struct {
	Certificate
	index   int // place in the bundle or chain
	anchors []Certificate
	chain   Chain
	id      Identity
	webhook Webhook
	at      time.Time
}

// rule is one hazard. broken gives the arguments of the sentence, and whether
// the hazard is there.
type rule struct {
	says     problem.Sentence
	severity Severity
	broken   func(v view) (args []any, broken bool)
}

// judge applies rules, in their order, to one certificate.
func judge(rules []rule, v view) []Finding {
	var findings []Finding
	for _, r := range rules {
		if args, broken := r.broken(v); broken {
			said := r.says.With(args...)
			findings = append(findings, Finding{said.Code, r.severity, v.subject(), said.Text, r.says.Hint})
		}
	}
	return findings
}

func (v view) subject() string {
	if v.Certificate.Certificate == nil {
		return ""
	}
	return v.short()
}

// SoonDays is how many days before its end a certificate ends soon: the threshold of
// `linkerd check`.
const SoonDays = 60

// expired, future and expiring are the rules about dates; the zero instant
// leaves them out.
func expired(v view) ([]any, bool) {
	return []any{utc(v.NotAfter), utc(v.at)}, !v.at.IsZero() && v.at.After(v.NotAfter)
}

func future(v view) ([]any, bool) {
	return []any{utc(v.NotBefore), utc(v.at)}, !v.at.IsZero() && v.at.Before(v.NotBefore)
}

func expiring(v view) ([]any, bool) {
	_, over := expired(v)
	return []any{utc(v.NotAfter), utc(v.at)}, !v.at.IsZero() && !over && v.at.AddDate(0, 0, SoonDays).After(v.NotAfter)
}

// where narrows a rule to certificates of which something else holds, too.
func where(broken func(view) ([]any, bool), holds func(view) bool) func(view) ([]any, bool) {
	return func(v view) ([]any, bool) { args, is := broken(v); return args, is && holds(v) }
}

func not(holds func(view) bool) func(view) bool { return func(v view) bool { return !holds(v) } }

// when makes a rule of a question that needs no arguments.
func when(question func(Certificate) bool) func(view) ([]any, bool) {
	return func(v view) ([]any, bool) { return nil, question(v.Certificate) }
}
