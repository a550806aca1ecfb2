package main

import (
	"strings"
	"time"

	"github.com/l5d-pki/l5d-pki-render/internal/testkit/page"
)

// Worlds in which pages begin.
const (
	// mesh is a repository with a new PKI, whose keys are encrypted.
	mesh = "git init -q; " + made + `
git add -A; git commit -q -m mesh`
	// made makes the PKI.
	made = `age-keygen -o "$HOME/identity.txt" 2> /dev/null
l5d-pki-render init --new --linkerd-version 2.18 --recipient "$(age-keygen -y "$HOME/identity.txt")"`
	// plain has its keys beside the repository.
	plain = `git init -q; l5d-pki-render init --new --linkerd-version 2.18 --custody file --keys-dir "../keys-${PWD##*/}"; git add -A; git commit -q -m mesh`
	// pushed brings it to a forge.
	pushed   = `rm -rf ../remote.git; git init -q --bare ../remote.git; git remote add origin https://github.com/acme/gitops.git; git push -q -u origin main`
	observed = `l5d-pki-render observe --to observation.yaml`
	// hosted is a clone of a repository on a forge, with the state in pki/.
	hosted = `rm -rf ../remote.git; git init -q --bare ../remote.git
git init -q; git remote add origin https://github.com/acme/gitops.git; age-keygen -o "$HOME/identity.txt" 2> /dev/null
l5d-pki-render init --new --name prod --linkerd-version 2.18 --recipient "$(age-keygen -y "$HOME/identity.txt")" -s pki/rotation.yaml
git add -A; git commit -q -m mesh; git push -q -u origin main`
	// shop is a meshed workload in apps/.
	shop = `mkdir -p apps/shop; printf '%s\n' 'apiVersion: apps/v1' 'kind: Deployment' 'metadata:' '  name: cart' '  namespace: shop' 'spec:' '  template:' '    metadata:' '      annotations:' '        linkerd.io/inject: enabled' '    spec:' '      containers: [{name: cart, image: cart}]' > apps/shop/deployment.yaml`
	// platform is a repository with Linkerd's chart, its values and a meshed workload.
	platform = `rm -rf ../remote.git; git init -q --bare ../remote.git; git clone -q https://github.com/acme/gitops.git platform; cd platform
mkdir -p charts values apps/shop manifests; cp -r "$FIXTURES/charts/control-plane" charts/linkerd-control-plane; echo 'controllerReplicas: 3' > values/linkerd.yaml
` + shop + `; mv apps/shop manifests/shop; git add -A; git commit -q -m platform; git push -q -u origin HEAD:main; cd ..`
	// tlsMesh is a live mesh whose issuer is a Secret of type kubernetes.io/tls.
	tlsMesh = `mkdir live; cd live; l5d-pki-render init --new --linkerd-version 2.14 --issuer-scheme kubernetes.io/tls --custody file --keys-dir ../../live-keys
{ l5d-pki-render chart ../platform/charts/linkerd-control-plane --set identity.issuer.scheme=kubernetes.io/tls; echo ---; l5d-pki-render manifests --with-keys | awk -v RS="---\n" "/name: linkerd-identity-issuer/"; } > "$HOME/cluster/live.yaml"; cd ..; rm -r live`
	// added and spread are the first two phases, delivered.
	added  = `l5d-pki-render start anchor --strategy bundle; git add -A; git commit -q -m added`
	spread = `l5d-pki-render observe --to observation.yaml; l5d-pki-render advance --evidence observation.yaml`
)

// sections is what is prepared for the first block of a section, by its heading.
type sections = map[string]func()

// pages are the pages, and the worlds in which their sections begin.
var pages = map[string]func(d *desk) page.Page{
	"README.md": func(d *desk) page.Page {
		return page.Page{Before: sections{
			// A checkout, from which the reader goes on to the tour.
			"Install": func() { d.fresh("git init -q; mkdir bin"); d.setClock("2026-11-27T09:54:02Z", time.Second) },
			"The rotation": func() {
				d.setClock("2026-11-27T09:54:03Z", 25*time.Hour)
				d.fresh(plain)
			},
			"As pull requests": d.before(plain, pushed, "l5d-pki-render observe --to observed.yaml"),
		}}
	},
	"docs/alerts.md": begin(mesh),
	"docs/audit.md": func(d *desk) page.Page {
		return page.Page{Replace: map[string]string{
			"gh pr list --state merged --limit 1000 --json url,commits,mergeCommit,mergedAt,mergedBy,reviews": "echo '[]'",
			"COMMIT": "HEAD~1", "2026-06-02T10:00:00Z": "2026-11-27T10:00:00Z", " --evidence OBSERVATION": "",
		}, Before: sections{
			"Try it": func() {
				d.fresh(`ssh-keygen -q -t ed25519 -N "" -f "$HOME/.ssh/id_ed25519"`)
				d.setClock("2026-11-27T09:54:03Z", time.Second)
			},
		}}
	},
	"docs/break-glass.md": func(d *desk) page.Page {
		move := hosted + "\nexport L5D_PKI_STATE=pki/rotation.yaml; " + added + "; git push -q"
		return page.Page{
			Replace: map[string]string{"git.example.com/platform": "github.com/acme", "3-anchor-spread": "2-anchor-spread"},
			Before: sections{
				"First: must it be now?": d.before(move),
				"The guard cannot run":   d.before(move, observed, "l5d-pki-render pr --evidence observation.yaml"),
				"The forge is down":      d.before(move, observed),
			},
		}
	},
	"docs/chart.md": func(d *desk) page.Page {
		d.before(mesh)()
		return page.Page{Replace: map[string]string{
			"linkerd-control-plane --repo https://helm.linkerd.io/edge --version 2026.8.3": "\"$FIXTURES/charts/control-plane\"",
		}}
	},
	"docs/check.md": func(d *desk) page.Page {
		d.before(mesh, added)()
		d.late("shop/cart")
		d.run(observed)
		return page.Page{}
	},
	"docs/custody.md": func(d *desk) page.Page {
		return page.Page{Replace: map[string]string{"kubectl get certificates.cert-manager.io,clusterissuers.cert-manager.io -A -o yaml": "true"}, Before: sections{
			"age":                             d.before("git init -q"),
			"external-secret":                 d.before("git init -q", "l5d-pki-render init --new --linkerd-version 2.18 --store vault --key-out ../out"),
			"cert-manager":                    d.before("git init -q"),
			"file":                            d.before("git init -q"),
			"New recipients, another custody": d.before(mesh),
		}}
	},
	"docs/delivery.md": func(d *desk) page.Page {
		d.opens()
		d.before(mesh)()
		return page.Page{}
	},
	"docs/evidence.md": func(d *desk) page.Page {
		return page.Page{Before: sections{
			"Evidence":            d.before(mesh, added, observed),
			"Signed observations": d.before(mesh, observed, `ssh-keygen -q -t ed25519 -N "" -f "$HOME/.ssh/id_ed25519"; mkdir pki; echo "observer@example.com namespaces=\"l5d-pki-evidence\" $(cat "$HOME/.ssh/id_ed25519.pub")" > pki/allowed_signers`),
		}}
	},
	"docs/fleet.md": func(d *desk) page.Page {
		members := `git add -A; git commit -q -m added; rm -rf ../remote.git; git init -q --bare ../remote.git; git remote add origin https://github.com/acme/gitops.git; git push -q -u origin HEAD:main
for member in east west; do l5d-pki-render observe -s clusters/$member/rotation.yaml --to $member.yaml; done`
		// Three clusters are 20 million states; TestPage of internal/fleet/explore is about those.
		return page.Page{Replace: map[string]string{"--exhaustive --fleet fleet.yaml": "--exhaustive --clusters 2 --fleet fleet.yaml"}, Before: sections{
			"Try it":                d.before("git init -q"),
			"Observing all members": func() { d.run(`sed -i 's|^\(  *\)state: clusters/\(.*\)/rotation.yaml|&\n\1context: \2|' fleet.yaml`) },
			"Pull requests":         func() { d.run(members) },
			"Members in other repositories": func() {
				d.run(`git clone -q . ../east
sed -i '/name: east/,/name: west/{/context:/d; s|state: clusters/east|repository: east\n    state: clusters/east|}' fleet.yaml`)
			},
		}}
	},
	"docs/git.md": func(d *desk) page.Page {
		d.env = append(d.env, "CI_SERVER_URL=https://gitlab.example", "GITLAB_TOKEN=none")
		return page.Page{}
	},
	"docs/init.md": func(d *desk) page.Page {
		prepare := func() {
			d.fresh("git init -q; echo > values.yaml; echo 'keys' > .gitignore; cp \"$FIXTURES/pki/anchor-2025.crt\" ca.crt; cp \"$FIXTURES/pki/issuer-2025-1.crt\" issuer.crt; cp \"$FIXTURES/unpinned/golden.yaml\" before.yaml")
		}
		return page.Page{Before: sections{
			"From what your pipeline renders": prepare, "From the cluster": prepare, "From elsewhere": prepare, "From Helm values": func() {
				prepare()
				d.run(`{ echo 'identityTrustAnchorsPEM: |'; sed 's/^/  /' ca.crt; printf 'identity:\n  issuer:\n    tls:\n      crtPEM: |\n'; sed 's/^/        /' issuer.crt; } > values.yaml`)
			},
			"From the object that deploys the chart": func() {
				prepare()
				d.run(`mkdir apps; { printf 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: linkerd, namespace: linkerd}\nspec:\n  chart: {spec: {chart: linkerd-control-plane, version: 2026.8.3}}\n  values:\n    identityTrustAnchorsPEM: |\n'; sed 's/^/      /' ca.crt; printf '    identity:\n      issuer:\n        tls:\n          crtPEM: |\n'; sed 's/^/            /' issuer.crt; } > apps/linkerd.yaml`)
			},
			"From certificates alone": prepare, "A mesh that is not there yet": prepare,
		}}
	},
	"docs/gate.md": func(d *desk) page.Page {
		d.before(mesh, `sed -i "s|^status:|  gate: true\nstatus:|" rotation.yaml`, added)()
		// The played cluster takes nothing; TestGate of e2e/observe publishes to a real one.
		return page.Page{Replace: map[string]string{"observe --publish --to": "observe --to"}}
	},
	"docs/install.md":   begin(""),
	"docs/kustomize.md": begin(plain, shop, added, spread, `mkdir -p clusters/prod linkerd; printf 'resources: [deployment.yaml]\n' > apps/shop/kustomization.yaml; cp "$HOME/cluster/chart.yaml" clusters/prod/linkerd.yaml; printf 'resources: [linkerd.yaml]\n' > clusters/prod/kustomization.yaml`),
	"docs/lint.md": begin(`git init -q; mkdir -p clusters/prod apps`, `l5d-pki-render init --new --linkerd-version 2.18 --keys-dir "$HOME/keys" -s clusters/prod/rotation.yaml`,
		`printf '%s\n' 'apiVersion: argoproj.io/v1alpha1' 'kind: Application' 'metadata: {name: linkerd, namespace: argocd}' 'spec:' '  source:' '    repoURL: https://helm.linkerd.io/edge' '    chart: linkerd-control-plane' '    targetRevision: 2026.8.3' '    helm:' '      parameters:' '      - {name: identityTrustAnchorsPEM, value: "'"$(sed ':a;N;$!ba;s/\n/\\n/g' "$FIXTURES/pki/anchor-2025.crt")"'"}' > apps/linkerd.yaml`),
	"docs/observe.md": begin(mesh, added, "echo token > token; cp \"$FIXTURES/pki/anchor-2025.crt\" ca.pem"),
	"docs/outputs.md": begin(mesh, `sed -i "s|^status:|  outputs: [{kind: component, path: wave/kustomization.yaml, select: annotated}]\nstatus:|" rotation.yaml`, added),
	"docs/pull-requests.md": func(d *desk) page.Page {
		two := "git init -q; " + strings.ReplaceAll(made, "init", "init --name east -s clusters/east/rotation.yaml") + "\n" + strings.ReplaceAll(made, "init", "init --name west -s clusters/west/rotation.yaml")
		return page.Page{
			Replace: map[string]string{"/run/secrets": "$HOME/.ssh"},
			Before: sections{
				"Pull requests: one phase, one review": d.before(hosted, `ssh-keygen -q -t ed25519 -N "" -f "$HOME/.ssh/robot"`),
				"When it cannot judge, it fails":       d.before(two, "git add -A; git commit -q -m both", pushed),
				"Other tools":                          d.before(mesh, added, pushed, observed),
			},
		}
	},
	"docs/recovery.md": begin(mesh, observed, "cp observation.yaml before.yaml"),
	"docs/reports.md": func(d *desk) page.Page {
		return page.Page{Before: sections{
			"status":     d.before(mesh, added, spread, "git add -A; git commit -q -m spread; echo shop/cart > ../late", observed),
			"Next lines": d.before(mesh),
			"report":     d.before(mesh, added, spread, observed),
		}}
	},
	"docs/workloads.md": func(d *desk) page.Page {
		files := shop + "; mkdir -p clusters/prod; cp apps/shop/deployment.yaml clusters/prod"
		return page.Page{Before: sections{
			"Files and streams":  d.before(mesh, files, added, spread),
			"A wave in parts":    d.before(mesh, files, added, observed),
			"Only what is stale": d.before(mesh, files, added),
		}}
	},
	"docs/tutorials/argocd.md": func(d *desk) page.Page {
		d.opens()
		d.before(platform)()
		return d.tutorial()
	},
	"docs/tutorials/flux.md": func(d *desk) page.Page {
		d.opens()
		d.before(platform, tlsMesh, "cd platform; mkdir -p apps; git mv manifests/shop apps/base; git rm -q -r charts values; git commit -q -m flux; git push -q")()
		return d.tutorial()
	},
	"docs/helm-without-gitops.md": func(d *desk) page.Page {
		return page.Page{Before: sections{
			"Once":     d.before("git init -q; echo > values.yaml"),
			"Restarts": func() { d.late("shop/cart") },
		}}
	},
}

// tutorial is a page whose reader works for minutes, and waits a day where it says so.
func (d *desk) tutorial() page.Page {
	d.setClock("2026-11-27T09:54:03Z", time.Minute)
	return page.Page{Meanwhile: sections{"7. Drop the old anchor": func() { d.pass(25 * time.Hour) }}}
}

// begin is a page that has one world.
func begin(lines ...string) func(d *desk) page.Page {
	return func(d *desk) page.Page {
		d.before(lines...)()
		return page.Page{}
	}
}
