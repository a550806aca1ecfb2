package main

import (
	"encoding/json"

	"github.com/invopop/jsonschema"

	"github.com/l5d-pki/l5d-pki-render/internal/audit"
	"github.com/l5d-pki/l5d-pki-render/internal/fleet"
	"github.com/l5d-pki/l5d-pki-render/pkg/state"
)

// constraint is what a type does not say of a property.
type constraint struct {
	owner, key string
	set        func(*jsonschema.Schema)
}

const dnsLabel = `^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`

// fleetConstraints are those of the fleet file.
var fleetConstraints = []constraint{
	{"", "apiVersion", constant(state.APIVersion)},
	{"", "kind", constant(fleet.Kind)},
	{"Metadata", "name", pattern(dnsLabel)},
	{"Spec", "members", atLeast(1)},
	{"Member", "name", pattern(dnsLabel)},
	{"Member", "state", pattern(`.`)},
	{"Link", "members", atLeast(2)},
	{"Limits", "membersPerPullRequest", func(s *jsonschema.Schema) { s.Minimum = json.Number("0") }},
	{"Limits", "restarts", func(s *jsonschema.Schema) { s.Minimum = json.Number("0") }},
}

const sha256Hex = `^[0-9a-f]{64}$`

// auditConstraints are those of the statements of an audit trail.
var auditConstraints = []constraint{
	{"", "_type", constant(audit.StatementType)},
	{"", "predicateType", constant(audit.PredicateType)},
	{"", "subject", atLeast(1)},
	{"Digest", "sha256", pattern(sha256Hex)},
	{"Move", "number", func(s *jsonschema.Schema) { s.Minimum = json.Number("1") }},
	{"Move", "previous", pattern(`^([0-9a-f]{64})?$`)},
	{"LogEntry", "phase", oneOf(state.PhaseNames())},
	{"LogEntry", "move", oneOf(state.Moves)},
	{"Commit", "id", pattern(`^[0-9a-f]{40}([0-9a-f]{24})?$`)},
	{"EvidenceFile", "sha256", pattern(sha256Hex)},
	{"Proof", "digest", pattern(sha256Hex)},
	{"Certificate", "serial", pattern(`^-?[0-9a-f]+$`)},
	{"Certificate", "sha256", pattern(sha256Hex)},
}

func atLeast(items uint64) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.MinItems = &items }
}

// constraints are those of the state file: closed sets and forms of texts.
// Texts that may be spelled out empty have "" among them.
var constraints = []constraint{
	{"", "apiVersion", constant(state.APIVersion)},
	{"", "kind", constant(state.Kind)},
	{"Metadata", "name", pattern(dnsLabel)},
	{"Linkerd", "version", pattern(`^((stable-|version-)?2\.[0-9]+(\.[0-9]+)?|edge-[0-9]{2}\.[0-9]{1,2}\.[0-9]{1,2})$`)},
	{"Linkerd", "issuerScheme", optional(state.Schemes)},
	{"Custody", "kind", optional(state.CustodyKinds)},
	{"Custody", "storeKind", optional(state.StoreKinds)},
	{"Output", "kind", oneOf(state.OutputKinds)},
	{"Output", "layout", optional([]string{state.LayoutExternal})}, // embedded is never a file in Git
	{"Output", "digest", pattern(`^(sha256:[0-9a-f]{64})?$`)},
	{"Output", "engine", optional(state.Engines)},
	{"Output", "object", optional(state.Objects)},
	{"TrustBundle", "kind", oneOf(state.TrustBundleKinds)},
	{"TrustBundle", "version", optional(state.TrustBundleVersions)},
	{"Status", "epoch", func(s *jsonschema.Schema) { s.Minimum = json.Number("0") }},
	{"Status", "phase", oneOf(state.PhaseNames())},
	{"Status", "rotation", orEmpty},
	{"Status", "webhooks", func(s *jsonschema.Schema) { s.PropertyNames = &jsonschema.Schema{Enum: words(state.WebhookKeys)} }},
	{"Status", "stamp", pattern(`^([0-9a-f]{16})?$`)},
	{"Status", "wave", orEmpty},
	{"Progress", "kind", oneOf(state.Kinds)},
	{"Progress", "strategy", optional(state.Strategies)},
	{"Progress", "leaves", optional(state.LeavesWays)},
	{"Anchor", "role", optional(state.AnchorRoles)},
	{"Issuer", "role", oneOf(state.IssuerRoles)},
	{"Webhook", "incoming", orEmpty},
	{"Wave", "workloads", items(`^([a-z0-9]([-a-z0-9]*[a-z0-9])?/(\*|[a-z]+/[a-z0-9]([-a-z0-9.]*[a-z0-9])?)|\*/\*)$`)},
	{"Wave", "previous", pattern(`^([0-9a-f]{16})?$`)},
	{"LogEntry", "phase", oneOf(state.PhaseNames())},
	{"LogEntry", "at", pattern(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$`)},
	{"LogEntry", "move", oneOf(state.Moves)},
	{"LogEntry", "kind", optional(state.Kinds)},
	{"LogEntry", "strategy", optional(state.Strategies)},
	{"LogEntry", "issuer", pattern(`^([0-9a-f]{64})?$`)},
	{"LogEntry", "replaced", pattern(`^([0-9a-f]{64})?$`)},
	{"LogEntry", "evidence", pattern(`^([0-9a-f]{64})?$`)},
	{"LogEntry", "previous", pattern(`^([0-9a-f]{64})?$`)},
	{"Assumed", "code", oneOf(state.NeedCodes)},
	{"Assumed", "because", pattern(`\S`)},
}

func constant(value string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Const = value }
}

func pattern(form string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Pattern = form }
}

// items is the form of each text of a list.
func items(form string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Items.Pattern = form }
}

func oneOf(set []string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Enum = words(set) }
}

func optional(set []string) func(*jsonschema.Schema) {
	return func(s *jsonschema.Schema) { s.Enum = append(words(set), "") }
}

// orEmpty lets "{}" stand for "none", as the state file does.
func orEmpty(s *jsonschema.Schema) {
	none := uint64(0)
	s.AnyOf = []*jsonschema.Schema{{Ref: s.Ref}, {Type: "object", MaxProperties: &none}}
	s.Ref = ""
}

func words(set []string) []any {
	all := make([]any, len(set))
	for i, word := range set {
		all[i] = word
	}
	return all
}
