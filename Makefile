# The two that matter: `make run` (the table against the embedded reference
# server, on the wire and in Chrome) and `make test` (all tests).
GO      ?= go
BIN     := bin/corsproof
# Two cores are enough.
CORES   := $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)
GOTEST  := $(GO) test -shuffle=on -timeout 20m

.PHONY: hostile run test race vet endpoints mutate test-frameworks adapters test-vulnerable mistakes fixes pages bench lint build chromium verify verify-live verify-layers under-load selfcheck prove compare findings clean

build:
	@$(GO) build -trimpath -o $(BIN) ./cmd/corsproof

# A browser, where that is possible; says what is missing where it is not.
chromium:
	@sh .ci/chromium

run: build chromium
	@$(BIN) run --reference

# Tests wait a good deal, for what falls silent or never ends: one package more than there are cores at once.
test: chromium vet
	$(GOTEST) -p $(shell expr $(CORES) + 1) ./...

# The same with the race detector, but for the command's own tests: they start the whole program
# hundreds of times, whose parts are looked at here.
race: chromium
	$(GOTEST) -race $$($(GO) list ./... | grep -v /cmd/corsproof)

# Every shape of every kind of small endpoint, right and broken; then those that
# are about a browser in Chrome. make test has one shape of each.
endpoints: chromium
	CORSPROOF_ENDPOINTS=all $(GO) test -count=1 -run TestEndpoints ./cmd/corsproof
	CORSPROOF_ENDPOINTS=browser $(GO) test -count=1 -run TestEndpoints ./cmd/corsproof

# Every hostile server: no HTTP, too much, too slow, silence, death, floods of frames. make test
# has a sample. Most of the time is waiting, so that many run at once.
hostile:
	CORSPROOF_HOSTILE=all $(GO) test -count=1 -parallel 8 -run TestHostile ./cmd/corsproof

# How many small changes of the code the tests notice. A sample of 100 takes
# about a quarter of an hour, and goes on where it was interrupted; other samples, all
# of a package: make mutate MUTATE='--n 0 --only spec'.
mutate:
	$(GO) run ./internal/mutate $(MUTATE)

# Tests that need Node, Python, Rust, Java besides Go.
test-frameworks: build chromium
	bash .ci/frameworks

# Every adapter held to its contract, one after the other, with the time that each takes;
# needs what test-frameworks does. Some: make adapters ADAPTERS=testdata/frameworks/rs-cors
adapters: build
	@$(BIN) adapter check $(ADAPTERS)

# Every known vulnerable release that an adapter lists: found by the cases that
# are named for it, and gone in the release that fixes it. Fetches some hundred packages.
test-vulnerable: build
	@$(BIN) adapter releases

# Every configuration with a mistake is found to have it, and the mended one beside it is right.
# Some: make mistakes MISTAKES='testdata/frameworks/nginx --only allow-origin-slash'
mistakes: build
	@$(BIN) adapter mistakes $(MISTAKES)

# The texts of the mended ones, for reports.
fixes:
	@$(GO) run ./internal/fixes

# docs/errors, from the causes and what browsers print.
pages:
	@rm -f docs/errors/*.md && $(GO) run ./cmd/corsproof causes --docs docs/errors

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not gofmt-ed:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...

# What takes longer than vet: staticcheck, deadcode, govulncheck, at pinned versions.
lint: vet
	@bash .ci/lint

# Side by side: the wire and the raw client, Chrome and the bare page, the reference and other middlewares
# (internal/compared, whose modules it fetches).
bench: chromium
	$(GO) test -run '^$$' -bench . -benchtime 2s ./spec/... ./reference/... ./harness/... ./internal/... ./browser
	cd internal/compared && $(GO) test -run '^$$' -bench . -benchtime 1s .

verify: build chromium
	@$(BIN) verify-model --n 20000 --seed 1

# What stops a request and is not CORS: policies of the page, mixed content, HSTS, COEP and CORP.
verify-layers: build chromium
	@$(BIN) verify-model --layers --n 2000 --seed 1

# The same over real connections: what corsproof fetch makes of a server, against Chrome.
verify-live: build chromium
	@$(BIN) verify-model --live --n 10000 --seed 1

# Every form of the report, read by programs that are not ours; fetches three Python packages.
.PHONY: reports
reports: build
	@sh .ci/reports

# The definitions of deploy/, the action and the pages about CI: read by programs that are not ours,
# and run as their engines would; fetches four Python packages and a linter.
.PHONY: deploy-check
deploy-check: build chromium
	@bash .ci/deploy

# Twenty runs of the reference with Chrome on a machine that is much too busy.
under-load: build chromium
	@bash .ci/under-load

# Runs under fire, at random: Chrome killed and frozen, signals, flaky servers; MINUTES, SEED, LOAD.
.PHONY: soak
soak: build chromium
	@.ci/soak

selfcheck: build
	@$(BIN) selfcheck

# Random policies, each against a server that is right and against one without each entry of it.
PROVE ?= 2000
prove:
	CORSPROOF_PROVE=$(PROVE) $(GO) test -count=1 -timeout 3h ./harness -ginkgo.timeout 3h -ginkgo.label-filter=property $(if $(SEED),-ginkgo.seed=$(SEED))

# The helpers for other languages (docs/integrations.md) as their users have them: needs Python, Node, Java with
# Maven, and says what it leaves out where one is missing.
.PHONY: integrations packages
integrations: build
	@bash integrations/run

# All that is published, into dist: make packages VERSION=1.2.3 (needs hatchling and npm).
packages:
	@bash integrations/package "$(VERSION)" dist

compare: build chromium
	@$(BIN) compare --out report --against results/compare.json

# After a new result: headings and lists of every FINDINGS.md, and what is left for a
# person to explain. FINDINGS="--write --delete" also drops sections of which nothing is left.
FINDINGS ?= --write
findings:
	@$(GO) run ./internal/findings $(FINDINGS)

clean:
	rm -rf bin report .cache
