#!/bin/sh
# Renews both locks. Needs uv (pip install uv). The locks hold names, versions and hashes, and no address of an index.
set -eu
lock() { uv pip compile pyproject.toml "$@" --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q; }
lock --group build -o requirements.lock
lock --group build --group dev -o requirements-dev.lock
