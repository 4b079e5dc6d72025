# 只用这两个命令就够了：make run 安装并启动，make test 全部检查。其余见 make help。
# 可设的变量：PORT 端口，HOST 监听地址，PYTHON 所用的 Python，ARGS 传给 pytest 的参数。

SHELL := /bin/sh
.DEFAULT_GOAL := help
.NOTPARALLEL:

# 系统自带的 Python 够新就用它：Debian 编译它时做过优化（PGO），比自己编译的通常快一成多，安全更新也由 Debian 负责。
PYTHON ?= $(shell /usr/bin/python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo /usr/bin/python3 || echo python3)
HOST ?=
PORT ?=
ARGS ?=

VENV := .venv
RUN := $(VENV)/bin/python
# 打印 PDF 用的排版库和字体，时区资料；浏览器测试用的浏览器和它的驱动所需的库，查看 PDF 文字的工具。
RUN_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fontconfig fonts-noto-cjk tzdata
TEST_PACKAGES := libatomic1 poppler-utils
# 没有窗口的那一种，浏览器测试快三分之一；装不上就用完整的。
BROWSER := chromium-headless-shell
FULL_BROWSER := chromium
PIP_OPTIONS := --quiet --disable-pip-version-check --no-input --require-hashes

export PIP_DISABLE_PIP_VERSION_CHECK := 1
ifneq ($(HOST),)
export PERFGOALS_HOST := $(HOST)
endif
ifneq ($(PORT),)
export PERFGOALS_PORT := $(PORT)
endif

.PHONY: help
help: ## 列出全部命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: run
run: install ## 安装（如有需要）并启动，按 Ctrl-C 停止；换端口：make run PORT=8001
	@exec $(RUN) -m perfgoals.common.serving

.PHONY: test
test: install-dev lint types imports generated ## 全部检查和测试，浏览器测试在内；部分测试：make test ARGS="-k 名称"
	@echo "== 测试"
	@$(RUN) -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

.PHONY: install
install: packages $(VENV)/.installed ## 安装系统软件包和 Python 依赖

.PHONY: install-dev
install-dev: packages-dev $(VENV)/.installed-dev ## 另外安装检查和测试所需的

.PHONY: lint
lint: $(VENV)/.installed-dev ## 代码规范
	@echo "== 代码规范"
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .

.PHONY: types
types: $(VENV)/.installed-dev ## 类型检查
	@echo "== 类型"
	@$(RUN) -m mypy .

.PHONY: imports
imports: $(VENV)/.installed-dev ## 模块之间的引用规则
	@echo "== 引用规则"
	@$(RUN) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-cache

.PHONY: generated
generated: $(VENV)/.installed-dev ## 迁移文件和生成的文档是否与代码一致
	@echo "== 迁移文件"
	@$(RUN) manage.py makemigrations --check --dry-run
	@echo "== 生成的文档"
	@$(RUN) manage.py list_checks --markdown | diff -u docs/checks.md - \
		|| { echo "docs/checks.md 与代码不一致，请运行 make docs" >&2; exit 1; }
	@$(RUN) manage.py list_rights --markdown | diff -u docs/rights.md - \
		|| { echo "docs/rights.md 与代码不一致，请运行 make docs" >&2; exit 1; }

.PHONY: docs
docs: $(VENV)/.installed ## 重新生成 docs/checks.md、docs/rights.md
	@$(RUN) manage.py list_checks --markdown > docs/checks.md.new && mv docs/checks.md.new docs/checks.md
	@$(RUN) manage.py list_rights --markdown > docs/rights.md.new && mv docs/rights.md.new docs/rights.md

.PHONY: format
format: $(VENV)/.installed-dev ## 整理代码格式
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

.PHONY: backup
backup: $(VENV)/.installed ## 备份数据库到 var/backup
	@$(RUN) manage.py backup

.PHONY: lock
lock: ## 依赖变动后重新锁定版本（需要 uv）
	uv pip compile $(LOCK_OPTIONS) pyproject.toml -o requirements.lock
	uv pip compile $(LOCK_OPTIONS) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock

LOCK_OPTIONS := --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header

.PHONY: clean
clean: ## 删除虚拟环境和各种缓存，不动 var 里的数据
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -path ./var -prune -o -name __pycache__ -type d -exec rm -rf {} +

# Debian 的 Python 没有 python3-venv 建不了虚拟环境；其他来源的 Python 自带。
.PHONY: packages
packages:
	@deploy/install_packages.sh $(RUN_PACKAGES) $$($(PYTHON) -c 'import ensurepip' 2>/dev/null || echo python3-venv)

.PHONY: packages-dev
packages-dev: packages
	@deploy/install_packages.sh $(TEST_PACKAGES)
	@deploy/install_packages.sh $(BROWSER) || { echo "改用 $(FULL_BROWSER)" >&2; \
		deploy/install_packages.sh $(FULL_BROWSER); }

# 虚拟环境所用的 Python 不在了（系统升级、目录搬动）就重建。
$(shell $(RUN) -c 'import pip' 2>/dev/null || rm -f $(VENV)/.created $(VENV)/.installed $(VENV)/.installed-dev)

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "需要 Python 3.11 或更新的版本，现为：$$($(PYTHON) --version 2>&1)。另指定：make run PYTHON=python3.12" >&2; exit 1; }
	@$(RUN) -c 'import pip' 2>/dev/null || { echo "建立虚拟环境……"; $(PYTHON) -m venv --clear $(VENV); }
	@touch $@

$(VENV)/.installed: requirements.lock | $(VENV)/.created
	@echo "安装 Python 依赖（首次需要一两分钟）……"
	@$(RUN) -m pip install $(PIP_OPTIONS) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "安装检查和测试用的 Python 依赖……"
	@$(RUN) -m pip install $(PIP_OPTIONS) -r requirements-dev.lock
	@touch $@
