package state

import (
	"slices"
	"strconv"
	"strings"

	"github.com/l5d-pki/l5d-pki-render/internal/manifest"
	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

// custodyFields: every field of spec.custody beside kind, the kinds that it
// belongs to, and what is wrong with it (nil: nothing).
var custodyFields = []struct {
	key   string
	given func(c Custody) bool
	kinds []string
	check func(c Custody) *problem.Problem
}{
	{"recipients", func(c Custody) bool { return len(c.Recipients) > 0 }, []string{CustodyAge}, ageRecipients},
	{"passphrase", func(c Custody) bool { return c.Passphrase }, []string{CustodyAge}, nil},
	{"certificate", func(c Custody) bool { return c.Certificate != "" }, []string{CustodySealedSecret}, custodyText(relativePath, func(c Custody) string { return c.Certificate })},
	{"store", func(c Custody) bool { return c.Store != "" }, []string{CustodyExternalSecret}, custodyText(dnsSubdomain, func(c Custody) string { return c.Store })},
	{"storeKind", func(c Custody) bool { return c.StoreKind != "" }, []string{CustodyExternalSecret}, custodyText(oneOf(StoreKinds), func(c Custody) string { return c.StoreKind })},
	{"remotePrefix", func(c Custody) bool { return c.RemotePrefix != "" }, []string{CustodyExternalSecret}, custodyText(oneLine, func(c Custody) string { return c.RemotePrefix })},
	{"remoteProperty", func(c Custody) bool { return c.RemoteProperty != "" }, []string{CustodyExternalSecret}, custodyText(oneLine, func(c Custody) string { return c.RemoteProperty })},
	{"refreshInterval", func(c Custody) bool { return c.RefreshInterval != 0 }, []string{CustodyExternalSecret}, nil},
	{"trustNamespace", func(c Custody) bool { return c.TrustNamespace != "" }, []string{CustodyCertManager}, custodyText(dnsLabel, func(c Custody) string { return c.TrustNamespace })},
	{"renewBefore", func(c Custody) bool { return c.RenewBefore != 0 }, []string{CustodyCertManager}, nil},
}

// custodyText checks one text of the custody by a rule of texts.
func custodyText(rule func(string) *problem.Problem, of func(Custody) string) func(Custody) *problem.Problem {
	return func(c Custody) *problem.Problem { return rule(of(c)) }
}

// custody holds spec.custody to the fields of its kind.
func (f *findings) custody(c Custody) {
	at := manifest.At("spec", "custody")
	f.add(optional(oneOf(CustodyKinds))(c.Kind), at.With("kind"))
	kind := c.Kind
	orDefault(&kind, CustodyAge)
	for _, field := range custodyFields {
		switch {
		case !field.given(c):
		case !slices.Contains(field.kinds, kind):
			f.add(problem.StateCustodyField.With(field.key, kind, strings.Join(field.kinds, ", ")), at.With(field.key))
		case field.check != nil:
			f.add(field.check(c), at.With(field.key))
		}
	}
}

// isRecipient knows the look of what age encrypts to; the custody reads it for
// good. "age1pq1..." are age's hybrid recipients. (A regexp here would lengthen
// every start.)
func isRecipient(text string) bool {
	return strings.HasPrefix(text, "age1") && strings.Trim(text, "0123456789abcdefghijklmnopqrstuvwxyz") == "" ||
		(strings.HasPrefix(text, "ssh-ed25519 ") || strings.HasPrefix(text, "ssh-rsa ")) && oneLine(text) == nil
}

// AgePlugin is the plugin that a recipient of age needs ("yubikey" of
// "age1yubikey1..."), "" for one that needs none: what stands between "age1" and
// the last "1", the separator of bech32.
func AgePlugin(recipient string) string {
	if recipient == strings.ToUpper(recipient) {
		recipient = strings.ToLower(recipient) // bech32 may be all in upper case
	}
	rest, isAge := strings.CutPrefix(recipient, "age1")
	end := strings.LastIndexByte(rest, '1')
	if !isAge || end < 1 || end > 32 || rest[:end] == "pq" {
		return ""
	}
	return rest[:end]
}

// foreignSSH is the kind of an SSH public key that age has no recipient for: ECDSA
// and keys on hardware only sign.
func foreignSSH(recipient string) string {
	kind, _, more := strings.Cut(recipient, " ")
	if more && (strings.HasPrefix(kind, "ecdsa-sha2-") || strings.HasPrefix(kind, "sk-") || kind == "ssh-dss") {
		return kind
	}
	return ""
}

func ageRecipients(c Custody) *problem.Problem {
	if c.Passphrase {
		return problem.StateRecipients.With("a passphrase and recipients exclude each other")
	}
	for i, r := range c.Recipients {
		if plugin := AgePlugin(r); plugin != "" && !isRecipient(r) {
			return problem.StateRecipients.With("the entry with index " + strconv.Itoa(i) + " needs the age plugin " + shown(plugin) + "; recipients of plugins are not supported")
		}
		if kind := foreignSSH(r); kind != "" {
			return problem.StateRecipients.With("the entry with index " + strconv.Itoa(i) + " is an SSH key of the kind " + kind + ", which age does not encrypt to; SSH keys must be ssh-ed25519 or ssh-rsa")
		}
		if !isRecipient(r) {
			return problem.StateRecipients.With("the entry with index " + strconv.Itoa(i) + " is no public key of age or SSH")
		}
		if slices.Contains(c.Recipients[:i], r) {
			return problem.StateRecipients.With("the entry with index " + strconv.Itoa(i) + " stands there twice")
		}
	}
	return nil
}
