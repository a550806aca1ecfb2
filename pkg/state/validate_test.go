package state

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/l5d-pki/l5d-pki-render/pkg/problem"
)

func TestEveryPhaseIsValid(t *testing.T) {
	for _, r := range everyPhase() {
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %v", label(r), said(err))
		}
		if len(r.Bundle()) == 0 || r.Issuing().Name == "" {
			t.Errorf("%s: nothing is delivered", label(r))
		}
	}
}

func TestParseRefusesContradictions(t *testing.T) {
	tests := []struct {
		name  string
		pairs []string
		want  []string
	}{
		{"another kind of file", []string{"kind: Rotation\n", "kind: Deployment\n"},
			[]string{`f:3:7: kind: kind is "Deployment"; this version reads "Rotation"`}},
		{"another version", []string{"l5d-pki-render/v1alpha1", "l5d-pki-render/v2"},
			[]string{`f:2:13: apiVersion: apiVersion is "l5d-pki-render/v2"; this version reads "l5d-pki-render/v1alpha1"`}},
		{"name", []string{"name: prod", "name: -prod"}, []string{`f:5:9: metadata.name: "-prod" is not a DNS label (RFC 1123)`}},
		{"unknown Linkerd", []string{`"2.18"`, `"2.9"`},
			[]string{`f:9:14: spec.linkerd.version: the charts of Linkerd "2.9" are not known; known are 2.10 to 2.20, edge-21.2.4 and later`}},
		{"trust domain", []string{"    namespace: linkerd\n", "    trustDomain: Cluster.local\n"},
			[]string{`f:10:18: spec.linkerd.trustDomain: "Cluster.local" is not a DNS name (RFC 1123)`}},
		{"scheme", []string{"    namespace: linkerd\n", "    issuerScheme: kubernetes.io\n"},
			[]string{`f:10:19: spec.linkerd.issuerScheme: "kubernetes.io" is not one of linkerd.io/tls, kubernetes.io/tls`}},
		{"schedule", []string{"    namespace: linkerd\n", "    heartbeatSchedule: \"0 24 * * *\"\n"},
			[]string{`f:10:24: spec.linkerd.heartbeatSchedule: "0 24 * * *" is not a cron schedule`}},
		{"link with both", []string{"    state: ../east/rotation.yaml\n", "    state: ../east/rotation.yaml\n    observation: east.yaml\n"},
			[]string{`f:17:5: spec.links[0]: a link names either state or observation, found both`}},
		{"link with neither", []string{"    state: ../east/rotation.yaml\n", ""},
			[]string{`f:17:5: spec.links[0]: a link names either state or observation, found neither`}},
		{"absolute link", []string{"../east/rotation.yaml", "/east/rotation.yaml"}, []string{`f:18:12: spec.links[0].state: the path is absolute`}},
		{"output kind", []string{"kind: component,", "kind: Component,"},
			[]string{`f:21:12: spec.outputs[1].kind: "Component" is not one of values, manifests, chart, component, helm-values, edit`}},
		{"output path twice", []string{"component/kustomization.yaml", "values.yaml"}, []string{`f:21:29: spec.outputs[1].path: the path is already that of spec.outputs[0]`}},
		{"embedded", []string{"layout: external", "layout: embedded"},
			[]string{`f:20:47: spec.outputs[0].layout: layout "embedded" would put the issuer's private key into a file owned in Git`}},
		{"layout of another kind", []string{"kustomization.yaml}", "kustomization.yaml, layout: external}"},
			[]string{`f:21:67: spec.outputs[1].layout: layout belongs to outputs of kind "values" only`}},
		{"phase of no rotation", []string{"  rotation: {kind: anchor, strategy: bundle}\n", ""},
			[]string{`f:25:10: status.phase: phase "anchor-added" is part of a rotation, but status.rotation is absent`}},
		{"empty rotation is none", []string{"  rotation: {kind: anchor, strategy: bundle}\n", "  rotation: {}\n"},
			[]string{`f:25:10: status.phase: phase "anchor-added" is part of a rotation, but status.rotation is absent`}},
		{"stable in a rotation", []string{"  phase: anchor-added #", "  phase: stable #", "    phase: anchor-added\n", "    phase: stable\n"},
			[]string{`f:25:10: status.phase: phase "stable" has no rotation, but status.rotation says "anchor"`,
				`f:77:11: status.log[0].move: the move "start" of a rotation of kind "anchor" with strategy "bundle" does not lead to the phase "stable"`}},
		{"phase of another strategy", []string{"anchor, strategy: bundle", "anchor, strategy: cross-sign"},
			[]string{`f:25:10: status.phase: "anchor-added" is not a phase of a rotation of kind "anchor" with strategy "cross-sign"; its phases are issuer-switched, issuer-spread, anchor-swapped, anchor-spread`,
				"f:78:11: status.log[0].kind: the last entry is of another rotation than the one under way"}},
		{"no strategy", []string{"{kind: anchor, strategy: bundle}", "{kind: anchor}"},
			[]string{`f:26:13: status.rotation.strategy: a rotation of kind "anchor" has the strategy bundle or cross-sign, found ""`}},
		{"strategy where there is none", []string{"{kind: anchor,", "{kind: renew,"},
			[]string{`f:26:37: status.rotation.strategy: a rotation of kind "renew" has no strategy, found "bundle"`}},
		{"rotation kind", []string{"{kind: anchor,", "{kind: anchors,"},
			[]string{`f:26:20: status.rotation.kind: "anchors" is not one of anchor, issuer, webhooks, replace, renew`}},
		{"leaves too early", []string{"strategy: bundle}", "strategy: bundle, leaves: waited}"},
			[]string{`f:26:54: status.rotation.leaves: leaves is set in phase "anchor-added", where no leaf of the outgoing issuer has gone yet`}},
		{"one anchor only", []string{"  - name: \"2026\" # ours\n    role: incoming\n", "  - name: \"2026\" # ours\n    role: extra\n"},
			[]string{`f:25:10: status.phase: phase "anchor-added" needs one outgoing and one incoming anchor, found 1 outgoing`}},
		{"two incoming", []string{"  - name: \"2025\"\n    role: outgoing\n", "  - name: \"2025\"\n    role: incoming\n"},
			[]string{`f:25:10: status.phase: phase "anchor-added" needs one outgoing and one incoming anchor, found 2 incoming`}},
		{"issuer of stable", []string{"  - name: 2025-1\n    role: outgoing\n", "  - name: 2025-1\n    role: current\n"},
			[]string{`f:25:10: status.phase: phase "anchor-added" needs one outgoing and one incoming issuer, found 1 current and 1 incoming`}},
		{"extra issuer", []string{"  - name: 2025-1\n    role: outgoing\n", "  - name: 2025-1\n    role: extra\n"},
			[]string{`f:44:11: status.issuers[0].role: "extra" is not one of current, outgoing, incoming`}},
		{"order", []string{"  - name: \"2025\"\n    role: outgoing\n", "  - name: \"2025\"\n    role: incoming\n", "# ours\n    role: incoming", "# ours\n    role: outgoing"},
			[]string{`f:30:11: status.anchors[0].role: the incoming anchor is before the outgoing one`}},
		{"name twice", []string{"- name: \"2026\"", "- name: \"2025\""}, []string{`f:35:11: status.anchors[1].name: the name "2025" is taken by status.anchors[0]`}},
		{"name with a space", []string{"- name: \"2026\"", "- name: our root"}, []string{`f:35:11: status.anchors[1].name: "our root" is not a usable name`}},
		{"key is absolute", []string{"keys/2025-1.age", "/keys/2025-1.age"}, []string{`f:49:10: status.issuers[0].key: the path is absolute`}},
		{"key is not clean", []string{"keys/2025-1.age", "keys/../2025-1.age"}, []string{`f:49:10: status.issuers[0].key: the path is not in its shortest form, or names a folder`}},
		{"webhook key", []string{"    tap: {", "    tab: {"},
			[]string{`f:68:10: status.webhooks.tab: "tab" is not one of proxyInjector, profileValidator, policyValidator, tap, tapInjector, jaeger`}},
		{"key without certificate", []string{"    tap: {", "    tap: {key: keys/tap.age, "},
			[]string{`f:68:16: status.webhooks.tap.key: a key without its certificate`}},
		{"incoming outside of a webhook rotation", []string{"    tap: {", "    tap: {incoming: {caBundle: \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\"}, "},
			[]string{`f:68:21: status.webhooks.tap.incoming: incoming material in phase "anchor-added", outside of a rotation of webhooks`}},
		{"stamp", []string{`stamp: ""`, `stamp: "0123456789ABCDEF"`}, []string{`f:69:10: status.stamp: "0123456789ABCDEF" is not a stamp: 16 lower-case hex digits`}},
		{"wave without a stamp", []string{"  wave: {}", "  wave: {previous: \"\"}"}, []string{`f:70:9: status.wave: a wave is split, but there is no stamp`}},
		{"wave twice", []string{`stamp: ""`, `stamp: 0123456789abcdef`, "  wave: {}", "  wave: {previous: 0123456789abcdef, namespaces: [a, a, B]}"},
			[]string{`f:70:20: status.wave.previous: the previous stamp is the new one`,
				`f:70:54: status.wave.namespaces[1]: the namespace "a" is listed twice`,
				`f:70:57: status.wave.namespaces[2]: "B" is not a DNS label (RFC 1123)`}},
		{"retired with a role", []string{"  retired: []", "  retired: [{name: x, role: extra, certificate: \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\"}]"},
			[]string{`f:72:29: status.retired[0].role: a retired anchor has no role, found "extra"`}},
		{"log of another phase", []string{"    phase: anchor-added\n", "    phase: anchor-spread\n"},
			[]string{`f:74:5: status.log[0]: the last entry says epoch 1 and phase "anchor-spread", status says epoch 1 and phase "anchor-added"`}},
		{"log of no phase", []string{"    phase: anchor-added\n", "    phase: anchor-aded\n"},
			[]string{`f:74:5: status.log[0]: the last entry says epoch 1 and phase "anchor-aded", status says epoch 1 and phase "anchor-added"`,
				`f:75:12: status.log[0].phase: "anchor-aded" is not one of ` + strings.Join(PhaseNames(), ", ")}},
		{"log with an offset", []string{"2026-11-03T09:30:00Z", "2026-11-03T09:30:00+01:00"}, []string{`f:76:9: status.log[0].at: "2026-11-03T09:30:00+01:00" is not an instant in UTC`}},
		{"log with an impossible day", []string{"2026-11-03T09:30:00Z", "2026-11-31T09:30:00Z"}, []string{`f:76:9: status.log[0].at: "2026-11-31T09:30:00Z" is not an instant in UTC`}},
		{"log with a first link", []string{"    phase: anchor-added\n", "    phase: anchor-added\n    previous: abc\n"},
			[]string{`f:76:15: status.log[0].previous: the chain is broken here: previous is "abc", but the entry before has the digest empty`}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := Parse("f", changed(t, test.pairs...))
			if diff := cmp.Diff(test.want, said(err)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Every role that is not the one of the phase is refused, in every phase.
func TestRolesAgainstPhases(t *testing.T) {
	for _, r := range everyPhase() {
		for i := range r.Status.Anchors {
			for _, role := range AnchorRoles {
				if c := r.Clone(); c.Status.Anchors[i].Role != role {
					c.Status.Anchors[i].Role = role
					mustRefuse(t, c, "state-roles", label(r)+" with anchor "+role)
				}
			}
			c := r.Clone()
			c.Status.Anchors = slices.Delete(c.Status.Anchors, i, i+1)
			mustRefuse(t, c, "state-roles", label(r)+" without an anchor")
		}
		for i := range r.Status.Issuers {
			for _, role := range IssuerRoles {
				if c := r.Clone(); c.Status.Issuers[i].Role != role {
					c.Status.Issuers[i].Role = role
					mustRefuse(t, c, "state-roles", label(r)+" with issuer "+role)
				}
			}
		}
		c := r.Clone()
		c.Status.Anchors = append(c.Status.Anchors, Anchor{Name: "friend", Role: RoleExtra, Certificate: fakePEM("friend")})
		if err := c.Validate(); err != nil || !slices.Contains(c.Bundle(), c.Status.Anchors[len(c.Status.Anchors)-1]) {
			t.Errorf("%s: an extra anchor is not delivered: %v", label(r), err)
		}
	}
}

func mustRefuse(t *testing.T, r *Rotation, code problem.Code, why string) {
	t.Helper()
	for _, p := range problem.Of(r.Validate()) {
		if p.Code == code {
			return
		}
	}
	t.Errorf("%s: not refused with %s, got %q", why, code, said(r.Validate()))
}

func TestContradictionsOfPrograms(t *testing.T) {
	tests := []struct {
		name  string
		code  problem.Code
		from  *Rotation
		spoil func(r *Rotation)
	}{
		{"webhook rotation without incoming", "state-webhook-incoming", at(KindWebhooks, "", PhaseWebhookCAAdded), func(r *Rotation) {
			w := r.Status.Webhooks[WebhookProxyInjector]
			w.Incoming = nil
			r.Status.Webhooks[WebhookProxyInjector] = w
		}},
		{"incoming without its certificate", "state-webhook-pair", at(KindWebhooks, "", PhaseWebhookCAAdded), func(r *Rotation) {
			r.Status.Webhooks[WebhookProxyInjector].Incoming.Certificate = ""
		}},
		{"leaves in a rotation that has none", "state-leaves", at(KindIssuer, "", PhaseIssuerSwitched), func(r *Rotation) { r.Status.Rotation.Leaves = LeavesWave }},
		{"unknown leaves", "state-choice", at(KindAnchor, StrategyBundle, PhaseIssuerSpread), func(r *Rotation) { r.Status.Rotation.Leaves = "gone" }},
		{"negative duration", "state-duration", at("", "", PhaseStable), func(r *Rotation) { r.Spec.Leaf.Lifetime = -1 }},
		{"two certificates in an anchor", "state-one-certificate", at("", "", PhaseStable), func(r *Rotation) { r.Status.Anchors[0].Certificate += fakePEM("more") }},
		{"absolute key with age", "state-path", at("", "", PhaseStable), func(r *Rotation) { r.Status.Issuers[0].Key = "/etc/key.pem" }},
		{"broken chain", "state-log-chain", at("", "", PhaseStable), func(r *Rotation) {
			r.Status.Log = logOf(r, 3)
			r.Status.Epoch, r.Status.Log[2].Epoch = 2, 2
			r.Status.Log[1].Why += "!"
		}},
		{"falling epochs", "state-log-order", at("", "", PhaseStable), func(r *Rotation) {
			r.Status.Log = logOf(r, 1)
			r.Status.Log[0].Epoch = 7
			r.Status.Log = Append(r.Status.Log, entryOf(r, ""))
		}},
		{"adopted bundle after a move", "state-adopted", at("", "", PhaseStable), func(r *Rotation) {
			r.Status.AdoptedBundle, r.Status.Epoch = fakePEM("raw"), 2
			r.Status.Log = logOf(r, 3)
			last := &r.Status.Log[2]
			last.Move, last.Kind, last.Strategy = MoveAdvance, KindAnchor, StrategyBundle
		}},
		{"unclosed bracket", "state-path", at("", "", PhaseStable), func(r *Rotation) {
			r.Spec.Outputs = []Output{{Kind: OutputEdit, Path: "apps/[a/*.yaml"}}
		}},
	}
	for _, test := range tests {
		r := test.from.Clone()
		test.spoil(r)
		mustRefuse(t, r, test.code, test.name)
	}
}

func TestAcceptedByPrograms(t *testing.T) {
	tests := map[string]func(r *Rotation){
		"absolute key on a live host": func(r *Rotation) { r.Spec.Custody.Kind, r.Status.Issuers[0].Key = CustodyFile, "/etc/key.pem" },
		"key in a folder above":       func(r *Rotation) { r.Status.Issuers[0].Key = "../pki/key.age" },
		"adopted with its first log":  func(r *Rotation) { r.Status.AdoptedBundle, r.Status.Log = "# old\n"+fakePEM("raw"), logOf(r, 1) },
		"adopted midway":              func(r *Rotation) { r.Status.Epoch, r.Status.Stamp = 41, "0123456789abcdef" },
		"one retired name twice": func(r *Rotation) {
			r.Status.Retired = []Anchor{{Name: "x", Certificate: fakePEM("1")}, {Name: "x", Certificate: fakePEM("2")}}
		},
		"chained log": func(r *Rotation) { r.Status.Epoch = 9; r.Status.Log = logOf(r, 4) },
		"edit globs":  func(r *Rotation) { r.Spec.Outputs = []Output{{Kind: OutputEdit, Path: "apps/**/*.yaml"}} },
		"first split wave, nothing done": func(r *Rotation) {
			r.Status.Stamp, r.Status.Wave = "0123456789abcdef", &Wave{}
		},
	}
	for name, change := range tests {
		r := at("", "", PhaseStable)
		change(r)
		if err := r.Validate(); err != nil {
			t.Errorf("%s: %q", name, said(err))
		}
	}
}

func TestCertificates(t *testing.T) {
	good := fakePEM("one")
	tests := map[string]struct {
		text string
		n    int
		code problem.Code
	}{
		"one":                     {good, 1, ""},
		"no final newline":        {strings.TrimSpace(good), 1, ""},
		"CRLF":                    {strings.ReplaceAll(good, "\n", "\r\n"), 1, ""},
		"two":                     {good + fakePEM("two"), 2, ""},
		"comments between":        {"# a\n\n" + good + "\n# b\n" + good, 2, ""},
		"empty":                   {"", 0, "state-not-pem"},
		"three dots":              {"...", 0, "state-not-pem"},
		"base64 only":             {"MIIB", 0, "state-not-pem"},
		"end only":                {"-----END CERTIFICATE-----", 0, "state-not-pem"},
		"cut off":                 {good[:len(good)-30], 0, "state-damaged-pem"},
		"damaged, then whole":     {"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n" + good, 0, "state-damaged-pem"},
		"whole, then damaged":     {good + "-----BEGIN CERTIFICATE-----\nAAA", 0, "state-damaged-pem"},
		"glued":                   {strings.TrimSpace(good) + good, 0, "state-damaged-pem"},
		"request":                 {strings.ReplaceAll(good, "CERTIFICATE", "CERTIFICATE REQUEST"), 0, "state-foreign-pem"},
		"text in front":           {"subject=root\n" + good, 0, "state-text-around-pem"},
		"text between":            {good + "issuer=root\n" + good, 0, "state-text-around-pem"},
		"text behind":             {good + "end", 0, "state-text-around-pem"},
		"missing dash in a BEGIN": {good + strings.TrimPrefix(good, "-"), 0, "state-text-around-pem"},
	}
	for name, test := range tests {
		n, wrong := certificates(test.text)
		var code problem.Code
		if wrong != nil {
			code = wrong.Code
		}
		if n != test.n || code != test.code {
			t.Errorf("%s: %d, %q; want %d, %q", name, n, code, test.n, test.code)
		}
	}
}

func TestCronSchedules(t *testing.T) {
	for _, text := range []string{"0 0 * * *", "59 23 31 12 6", "*/5 * * * *", "0-30/10,45 1,2 ? JAN-mar mon-fri", "@daily", "@hourly", "10 3 1-7 * SUN", "@every 24h"} {
		if wrong := cronSchedule(text); wrong != nil {
			t.Errorf("%q is refused", text)
		}
	}
	for _, text := range []string{"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 7", "5-1 * * * *", "*/0 * * * *",
		"a * * * *", "jan * * * *", "0  0 * * *", " 0 0 * * *", "TZ=UTC 0 0 * * *", "@never", "@every", "@every day", "@reboot", "0 0 * * *\n", "1,,2 * * * *", ", * * * *"} {
		if cronSchedule(text) == nil {
			t.Errorf("%q is accepted", text)
		}
	}
}
