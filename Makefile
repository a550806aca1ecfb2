# Targets for people; .ci/run is the same for machines. Lean: two packages at a time.
SHELL       := /bin/bash
GO          ?= go
JOBS        ?= 2
FUZZTIME    ?= 30s
VERSION     ?= v0.0.0-dev
GOLANGCI    := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
TOOLS       := $(CURDIR)/.cache/tools

# Modules with code of ours. Nested ones keep their libraries out of the first;
# LIVE is tested by `make e2e`, since it builds and starts other people's programs.
MODULES := . cmd/l5d-pki-render-kms internal/chart/ocitest internal/custody/sealtest internal/custody/clustertest internal/alerts/ruletest pkg/gate/hosttest release site
LIVE    := e2e bench/peers

# each,FOLDERS,COMMAND: the command in each folder; the first failure ends it.
each = @set -eo pipefail; for m in $(1); do echo "== $$m: $(2)"; (cd $$m && $(2)); done

export CGO_ENABLED := 0
export GOTOOLCHAIN := local

.PHONY: build kms demo test race prove-long site man lint peers hsm fuzz bench generate e2e release release-dry-run release-check clean

build: ## bin/l5d-pki-render, and the programs that it runs
	$(GO) build -trimpath -ldflags '-s -w' -o .cache/build/ ./cmd/l5d-pki-render ./cmd/l5d-pki-render-full ./cmd/l5d-pki-render-chart ./cmd/l5d-pki-render-forge ./cmd/l5d-pki-render-cluster
	mkdir -p bin && install -m 755 .cache/build/* bin/ # a copy starts faster: the linker leaves its file in memory as many small pages

kms: ## bin/l5d-pki-render-kms, for `start --signer`; KMS_TAGS="pkcs11 awskms" adds back ends (pkcs11, yubikey: CGO_ENABLED=1)
	cd cmd/l5d-pki-render-kms && $(GO) build -trimpath -tags "$(KMS_TAGS)" -ldflags '-s -w' -o ../../bin/ .

demo: build ## a whole rotation on the fixtures, step by step
	$(GO) run ./scripts/demo -binary bin/l5d-pki-render

test: $(TOOLS)/loud ## every test, of every module; what was skipped is named
	$(call each,$(MODULES),$(GO) test -json -timeout 20m -p $(JOBS) ./... | $(TOOLS)/loud)

prove-long: ## every fault at every system call of the commands that write files (needs strace; writes docs/proof-long.md), a million planted clusters (writes docs/proof-clusters.md), every state of three linked clusters and a million histories of fleets (write docs/proof.md), every cell of the walk on an API server, meshes of 10,000 pods that kwok runs, and fleets of 30 on Gitea; takes many hours
	cd cmd/l5d-pki-render && L5D_PROVE_LONG=1 L5D_PROVE_REPORT=$(CURDIR)/docs/proof-long.md $(GO) test -count 1 -timeout 180m -run '^TestFaults$$' -v .
	L5D_PROVE_REPORT=$(CURDIR)/docs/proof.md $(GO) test -count 1 -timeout 0 -run '^TestPage$$' -v ./internal/fleet/explore
	L5D_PROVE_FLEETS=1000000 L5D_PROVE_REPORT=$(CURDIR)/docs/proof.md $(GO) test -count 1 -timeout 0 -run '^TestNoFleetBreaks$$' -v ./internal/fleet
	GOGC=400 L5D_PROVE_CLUSTERS=1000000 L5D_PROVE_REPORT=$(CURDIR)/docs/proof-clusters.md $(GO) test -count 1 -timeout 0 -run '^(TestNoGateOpensThatTheTruthKeepsShut|TestGateOpensWithinOneObservation)$$' -v ./internal/observe
	cd e2e && L5D_PROVE_LONG=1 $(GO) test -count 1 -timeout 180m -run '^TestWalk$$' -v ./walk
	cd e2e && L5D_PROVE_LONG=1 $(GO) test -count 1 -timeout 60m -run '^TestLargeMesh$$' -v ./observe
	cd e2e && L5D_PROVE_LONG=1 $(GO) test -count 1 -timeout 180m -run '^TestFleets$$' -v ./pulls

peers: .cache/peers/kustomize ## the kustomize that Components are compared with; without it that test skips

.cache/peers/kustomize: bench/peers/go.mod
	cd bench/peers && $(GO) build -p $(JOBS) -trimpath -ldflags '-s -w' -o $(CURDIR)/$@ sigs.k8s.io/kustomize/kustomize/v5

race: ## the race detector, where there are goroutines: programs that are run, and handshakes; needs a C compiler
	CGO_ENABLED=1 $(GO) test -race -p $(JOBS) -timeout 5m ./internal/child ./internal/forge
	CGO_ENABLED=1 $(GO) test -race -p $(JOBS) -timeout 5m -run '^Test(Read|Tree|Brought|Contents|HandshakeRefuses)$$' ./internal/repo ./pkg/rotation

hsm: ## signing in an HSM, with SoftHSM for one; needs a C compiler, softhsm2 and opensc
	cd cmd/l5d-pki-render-kms && CGO_ENABLED=1 $(GO) test -p $(JOBS) -tags pkcs11 -run PKCS11 -v .

lint: $(TOOLS)/golangci-lint ## gofmt, and what .golangci.yml names, of every module
	@bad=$$(gofmt -l .); if [ -n "$$bad" ]; then echo "gofmt: $$bad"; exit 1; fi
	$(call each,$(MODULES) $(LIVE),$(TOOLS)/golangci-lint run -j $(JOBS) ./...)

$(TOOLS)/golangci-lint:
	GOBIN=$(TOOLS) $(GO) install -p $(JOBS) $(GOLANGCI)

$(TOOLS)/loud: scripts/loud/main.go
	$(GO) build -o $@ ./scripts/loud

fuzz: ## every fuzz target for FUZZTIME
	@set -euo pipefail; for pkg in $$($(GO) list ./...); do \
	  for name in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz' || true); do \
	    echo "== $$pkg $$name"; $(GO) test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 50x -parallel $(JOBS) $$pkg; \
	  done; done

bench: build ## against kustomize and Helm; writes docs/performance.md
	$(GO) run ./bench -binary bin/l5d-pki-render

generate: ## test PKI, fixtures, schema
	$(GO) generate ./...

e2e: $(TOOLS)/loud ## against the real programs, which it builds: Helm 3 and 4, kustomize, Argo CD's plugin server, Kubernetes' API server, Prometheus, Gitea, age, sops
	@set -o pipefail; cd e2e && $(GO) test -json -p $(JOBS) -count 1 -timeout 60m ./pulls ./walk . ./... | $(TOOLS)/loud # the longest first

release release-dry-run: ## dist/: archives, packages, image and manifests of every platform, the same bytes every time (VERSION=v0.1.0)
	cd release && $(GO) run . --version $(VERSION) --out dist

release-check: ## two releases of this commit in two directories, compared; about ten minutes
	@set -e; work=$$(mktemp -d); trap 'rm -rf "$$work"' EXIT; \
	for copy in one another; do \
	  git clone -q . "$$work/$$copy"; \
	  (cd "$$work/$$copy/release" && $(GO) run . --version $(VERSION) --out "$$work/$$copy-dist"); \
	done; \
	diff -r "$$work/one-dist" "$$work/another-dist"; cat "$$work/one-dist/checksums.txt"; echo "equal"

man: build ## dist-man/: a manual page for each command, from its --help
	$(GO) run ./scripts/man -binary bin/l5d-pki-render -out dist-man

site: ## dist-site/: the documentation as a static site, without scripts and without requests
	cd site && $(GO) run . --out ../dist-site

clean:
	rm -rf bin dist dist-site dist-man .cache/build .cache/tools .cache/peers .cache/bench .cache/e2e
