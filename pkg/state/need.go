package state

import "strings"

// Need is something that must be known before a phase may be entered. Its text
// is the code that `--assume` takes and that reports show.
type Need string

// The needs; the table below says what each means.
const (
	BundleDelivered    Need = "BUNDLE-DELIVERED"
	BundleLoaded       Need = "BUNDLE-LOADED"
	DeliveredElsewhere Need = "DELIVERED-ELSEWHERE"
	IdentityLoaded     Need = "IDENTITY-LOADED"
	IssuerLoaded       Need = "ISSUER-LOADED"
	LeavesRenewed      Need = "LEAVES-RENEWED"
	RetiredGone        Need = "RETIRED-GONE"
	WaveDone           Need = "WAVE-DONE"
	WebhookCADelivered Need = "WEBHOOK-CA-DELIVERED"
	WebhookCertServed  Need = "WEBHOOK-CERT-SERVED"
)

type needRow struct {
	code Need
	// text is the need as a sentence; hint says how it is seen in a cluster.
	text, hint string
	// commands look at what the need asks for, "%s" being the control plane's
	// namespace. They are for a person: a gate opens by an observation or by their word.
	commands []string
}

// needs is every need, in the order of their codes.
var needs = []needRow{
	// Every rollout needs it: a pod that restarts earlier gets the previous bundle again.
	{BundleDelivered,
		"the control plane delivers the bundle, the injector's mount included",
		"compare `kubectl get configmap linkerd-identity-trust-roots -n linkerd -o yaml` with the phase's bundle, then wait until the injector mounts it (up to three minutes)",
		[]string{
			"kubectl -n %s get configmap linkerd-identity-trust-roots -o jsonpath='{.data.ca-bundle\\.crt}'",
			"kubectl -n %s rollout status deploy/linkerd-proxy-injector",
		}},
	{BundleLoaded,
		"every live endpoint holds the incoming anchor",
		"restart what is older than the delivered bundle; `linkerd check --proxy` names data plane pods with other trust anchors",
		[]string{"linkerd check --proxy -o json | jq '.categories[].checks[] | select(.result != \"success\")'   # a stale bundle is a warning, exit code 0"}},
	{DeliveredElsewhere,
		"trust roots and issuer are delivered by something else",
		"nothing in Git delivers what the phase changes: apply it after the merge, with the command that `status` prints",
		nil},
	{IdentityLoaded,
		"every identity replica has loaded the delivered bundle",
		"restart linkerd-identity after the bundle was delivered, and wait until every replica is ready",
		[]string{"kubectl -n %s rollout status deploy/linkerd-identity"}},
	{IssuerLoaded,
		"every identity replica signs with the issuer of the phase",
		"look for the event IssuerUpdated in namespace linkerd, once per identity replica",
		[]string{"kubectl -n %s get events --field-selector reason=IssuerUpdated   # names the Deployment: look at each replica's log"}},
	{LeavesRenewed,
		"no live leaf and no loaded issuer but that of the phase",
		"wait for one leaf lifetime plus clock skew after every identity replica had loaded the issuer",
		[]string{"linkerd identity -n NAMESPACE POD   # the issuer of each leaf; or wait: leaf lifetime and clock skew"}},
	{RetiredGone,
		"no live bundle or chain has a retired anchor",
		"check that no endpoint holds or serves the retired anchor any more",
		nil},
	{WaveDone,
		"the split wave has reached every namespace",
		"let the restart of every namespace of the wave finish, then run `l5d-pki-render advance` for the next ones",
		nil},
	{WebhookCADelivered,
		"the API server trusts the current and the incoming webhook CA",
		"compare caBundle of the webhook configurations with the phase's",
		[]string{"kubectl get mutatingwebhookconfiguration linkerd-proxy-injector-webhook-config -o jsonpath='{.webhooks[0].clientConfig.caBundle}' | base64 -d"}},
	{WebhookCertServed,
		"every webhook serves its incoming certificate",
		"open a new TLS connection to each webhook and compare the certificate; connections of the API server are reused",
		[]string{
			"kubectl -n %s rollout status deploy/linkerd-proxy-injector",
			"kubectl -n %s rollout status deploy/linkerd-destination",
		}},
}

// NeedCodes are the codes of all needs, which a person may vouch for.
var NeedCodes = needCodes()

func needCodes() (codes []string) {
	for _, row := range needs {
		codes = append(codes, string(row.code))
	}
	return codes
}

func (n Need) row() needRow {
	for _, row := range needs {
		if row.code == n {
			return row
		}
	}
	return needRow{}
}

// Known reports whether n is one of the codes that may be assumed.
func (n Need) Known() bool { return n != "" && n.row().code == n }

// Text is the need as a sentence.
func (n Need) Text() string { return n.row().text }

// Hint says how the need is seen in a cluster.
func (n Need) Hint() string { return n.row().hint }

// Commands look at what the need asks for; namespace is the control plane's.
func (n Need) Commands(namespace string) (commands []string) {
	for _, command := range n.row().commands {
		commands = append(commands, strings.ReplaceAll(command, "%s", namespace))
	}
	return commands
}
