package survey

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/pkg/linkerd"
	"github.com/l5d-pki/l5d-pki-render/pkg/pki"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// Defaults of cert-manager (pkg/apis/certmanager/v1/const.go): a life of 90
// days, of which the last third is for renewal.
const defaultDuration = 2160 * time.Hour

// issuerSecret is the Secret that identity signs with.
const issuerSecret = linkerd.IssuerSecret

// certificate is a cert-manager Certificate.
type certificate struct {
	cursor
	name, namespace, secret, commonName string
	isCA, disabled                      bool // disabled: renewal.policy
	duration, before                    time.Duration
	early                               bool // before is written, and more than two thirds
	beforeText                          string
	beforeAt                            cursor
}

func (s *Survey) certificate(c cursor) {
	spec := c.get("spec")
	crt := certificate{
		cursor: c, name: c.get("metadata", "name").value(), namespace: c.get("metadata", "namespace").value(),
		secret: spec.get("secretName").value(), commonName: spec.get("commonName").value(),
		isCA:     spec.get("isCA").value() == "true",
		disabled: spec.get("renewal", "policy").value() == "Disabled",
		duration: defaultDuration,
	}
	if d, err := time.ParseDuration(spec.get("duration").value()); err == nil && d > 0 {
		crt.duration = d
	}
	crt.renewal(spec)
	if s.schemeWritten {
		s.issuerObject(c, "Certificate", crt.secret, []string{"tls.crt", "tls.key", "ca.crt"})
	}
	s.certificates = append(s.certificates, crt)
}

// renewal reads renewBefore or renewBeforePercentage, both counted from the end.
func (c *certificate) renewal(spec cursor) {
	c.beforeAt, c.before = spec.get("renewBefore"), c.duration/3
	percentage := spec.get("renewBeforePercentage")
	written := false
	if d, err := time.ParseDuration(c.beforeAt.value()); err == nil {
		c.before, c.beforeText, written = d, c.beforeAt.value(), true
	} else if n, err := strconv.Atoi(percentage.value()); err == nil {
		c.beforeAt, c.beforeText, written = percentage, percentage.value()+"%", true
		c.before = time.Duration(float64(c.duration) * float64(n) / 100)
	}
	c.early = written && c.before > c.duration/3*2
}

// judgeCertificates applies the rules to the certificates of the mesh.
func (s *Survey) judgeCertificates() {
	for _, c := range s.certificates {
		if !s.ofMesh(c) {
			continue
		}
		s.judgeRenewal(c)
		s.judgeKeyPolicy(c)
		s.judgeKind(c)
		if least := 2 * time.Duration(s.want.leaf.Lifetime+s.want.leaf.ClockSkew); c.secret == issuerSecret && c.duration < least {
			c.get("spec", "duration").say(pki.Warning, problem.SurveyShortIssuer, hours(c.duration), hours(least))
		}
	}
}

func (s *Survey) judgeRenewal(c certificate) {
	switch {
	case c.before >= c.duration:
		c.beforeAt.say(pki.Error, problem.SurveyRenewBefore, c.beforeText, hours(c.duration))
	case c.disabled:
	case c.early:
		c.beforeAt.say(pki.Warning, problem.SurveyEarlyRenewal, hours(c.duration-c.before), hours(c.duration))
	}
	if !c.disabled && s.isAnchor(c) {
		policy := c.get("spec", "renewal", "policy")
		policy.say(pki.Warning, problem.SurveyAnchorRenews, policy.value())
	}
}

// judgeKeyPolicy: with renewal disabled, the policy decides nothing by itself.
func (s *Survey) judgeKeyPolicy(c certificate) {
	policy := c.get("spec", "privateKey", "rotationPolicy")
	switch {
	case c.disabled:
	case policy.value() == "":
		policy.say(pki.Warning, problem.SurveyKeyPolicyAbsent)
	case policy.value() == "Never":
		policy.say(pki.Info, problem.SurveyKeyPolicyNever)
	}
}

// ofMesh tells the mesh's certificates from those of applications: by the
// namespace, by a name, or because a trust bundle of the mesh is made of them.
func (s *Survey) ofMesh(c certificate) bool {
	l := s.want.linkerd
	if slices.Contains([]string{l.Namespace, l.VizNamespace, l.JaegerNamespace, l.MulticlusterNamespace}, c.namespace) {
		return true
	}
	named := strings.Contains(c.name+" "+c.secret+" "+c.commonName, "linkerd")
	return named || s.sourceOfTrust(c)
}

// isAnchor: a CA that a trust bundle of the mesh is made of, or that is called one.
func (s *Survey) isAnchor(c certificate) bool {
	named := strings.Contains(c.name+" "+c.secret, "trust-anchor") || strings.HasPrefix(c.commonName, "root.")
	return c.isCA && c.secret != issuerSecret && (named || s.sourceOfTrust(c))
}

func (s *Survey) sourceOfTrust(c certificate) bool {
	return slices.ContainsFunc(s.trustBundles, func(b trustBundle) bool {
		return b.ofMesh() && slices.ContainsFunc(b.secrets, func(source cursor) bool {
			return c.secret != "" && source.value() == c.secret && slices.ContainsFunc(s.nearest(b.file.name, c.secret), c.is)
		})
	})
}

// is reports whether both are the same object.
func (c certificate) is(other certificate) bool { return c.node == other.node }

// hours writes a duration to the second without zeroes behind it, three whole
// days and more as days.
func hours(d time.Duration) string {
	const day = 24 * time.Hour
	d = d.Round(time.Second)
	text := d.String()
	switch {
	case d >= 3*day && d%day == 0:
		return strconv.Itoa(int(d/day)) + " days"
	case d != 0 && d%time.Hour == 0:
		return strings.TrimSuffix(text, "0m0s")
	case d != 0 && d%time.Minute == 0:
		return strings.TrimSuffix(text, "0s")
	}
	return text
}
