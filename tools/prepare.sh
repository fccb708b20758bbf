#!/bin/sh
# Makes .venv and keeps it in step with the pinned requirements; with --browser also sees to Chromium.
# usage: sh tools/prepare.sh REQUIREMENTS [--browser]
# Says in one line what a person has to do when something cannot be installed here.
set -u
cd "$(dirname "$0")/.." || exit 1
requirements=$1

stop() {
    echo "$*" >&2
    exit 1
}

first_that_imports() {
    modules=$1
    shift
    for name; do
        # A pyenv shim exists for versions that are not installed, so each candidate is run.
        if "$name" -c "import sys, $modules; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

path_without_pyenv() (
    IFS=:
    for folder in $PATH; do
        case $folder in */shims | */.pyenv/*) ;; *) printf %s: "$folder" ;; esac
    done
)

find_python() {
    names="python3.11 python3 python3.12 python3.13 python3.14"
    # pyenv builds without optimisations: on a distribution's own Python the tests take a tenth less.
    first_that_imports sys ${PYTHON:-} ||
        (PATH=$(path_without_pyenv) && first_that_imports ensurepip,venv $names) ||
        first_that_imports ensurepip,venv $names || first_that_imports sys $names
}

if ! .venv/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    python=$(find_python)
    [ -n "$python" ] || stop "Python 3.11 or newer is needed: install it (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=/path/to/python3."
    rm -rf .venv
    "$python" -m venv .venv >/dev/null 2>&1 || stop "$python cannot make a virtual environment: install its venv module (Debian: apt-get install python3-venv)."
fi

digest() {
    .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$1"
}

stamp=.venv/installed-requirements
if ! grep -qs "$(digest "$requirements")" "$stamp"; then
    echo "Installing $requirements into .venv (once)…"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$requirements" >.venv/pip.log 2>&1 ||
        stop "pip could not install $requirements (why: .venv/pip.log): check that a Python package index is reachable, then run this again."
    # The development list contains the production one.
    { digest requirements.txt; digest "$requirements"; } >"$stamp"
fi

[ "${2:-}" = "--browser" ] || exit 0
[ -n "${CHROMIUM:-}" ] || command -v chromium-headless-shell >/dev/null 2>&1 || command -v chromium >/dev/null 2>&1 && exit 0
as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
if command -v apt-get >/dev/null 2>&1 && $as_root true 2>/dev/null; then
    echo "Installing Chromium for the browser tests (once)…"
    # The first has no windows, which saves the tests a fifth of their time; not every release has it.
    { $as_root apt-get update -qq && { $as_root apt-get install -y -qq chromium-headless-shell || $as_root apt-get install -y -qq chromium; }; } >.venv/apt.log 2>&1 && exit 0
fi
advice="install it (Debian: apt-get install chromium-headless-shell) or name one: make test CHROMIUM=/path/to/chromium."
[ -z "${CI:-}" ] || stop "Chromium is missing, and browser tests may not be skipped here: $advice"
echo "Chromium is missing, browser tests will be skipped: $advice" >&2
