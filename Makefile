.PHONY: demo test lint fmt bench attack fire screenshots gallery market requirements sbom translations

VENV := .venv/bin

demo: ## Show the app in a simulated portal: make demo [APP_PORT=8000] [PORTAL_PORT=8024]
	@sh tools/prepare.sh requirements.txt
	@exec $(VENV)/python -m tools.demo

test: ## Run every check and every test
	@sh tools/prepare.sh requirements-dev.txt --browser
	@exec $(VENV)/python -m tools.check

lint: ## Run the checks that take seconds
	@sh tools/prepare.sh requirements-dev.txt
	@exec $(VENV)/python -m tools.check --no-tests

fmt: ## Format the code and fix what can be fixed without thought
	@sh tools/prepare.sh requirements-dev.txt
	@$(VENV)/ruff check --quiet --fix-only .
	@$(VENV)/ruff format --quiet .
	@$(VENV)/python -m tools.data_attributes || echo "docs/data-attributes.md: say what each new attribute means"

bench: ## Print figures of the running app: make bench [PARTS="openings own"] [QUICK=1] [MARKDOWN=1] [WRITE=1, into docs/benchmarks.md]
	@sh tools/prepare.sh requirements-bench.txt --browser
	@exec $(VENV)/python -m tools.bench $(if $(QUICK),--quick) $(if $(MARKDOWN),--markdown) $(if $(WRITE),--write) $(PARTS)

attack: ## Attack the running app and print what the people beside it felt: make attack [ATTACKS="calm silent-portal"]
	@sh tools/prepare.sh requirements.txt
	@exec $(VENV)/python -m tools.attack $(ATTACKS)

fire: ## Ten minutes of work under faults, then the books are compared: make fire [FIRE="--short --seed 2 --write"]
	@sh tools/prepare.sh requirements.txt
	@exec $(VENV)/python -m tools.fire $(FIRE)

screenshots: ## Take the pictures of docs/images from the running app
	@sh tools/prepare.sh requirements-dev.txt --browser
	@exec $(VENV)/python -m tools.screenshots

market: ## Make the folder market/: texts, icon, pictures and version card for the marketplace
	@sh tools/prepare.sh requirements-dev.txt --browser
	@exec $(VENV)/python -m tools.market

gallery: ## Take pictures of every state into build/gallery: in three languages at two widths, or make gallery GALLERY=de,ar
	@sh tools/prepare.sh requirements-dev.txt --browser
	@GALLERY=$(or $(GALLERY),1) exec $(VENV)/python -m pytest --quiet tests/browser/test_gallery.py

translations: ## Gather the texts and compile the catalogues; says what has no words yet
	@sh tools/prepare.sh requirements-dev.txt
	@$(VENV)/python -m tools.translations

requirements: ## Pin what requirements*.in ask for
	@sh tools/prepare.sh requirements-dev.txt
	@$(VENV)/python -m tools.pin_requirements

sbom: ## Write the parts of this release, as CycloneDX JSON, into build/sbom.json
	@sh tools/prepare.sh requirements-sbom.txt
	@exec $(VENV)/python -m tools.sbom

export APP_PORT PORTAL_PORT CHROMIUM PYTHON
