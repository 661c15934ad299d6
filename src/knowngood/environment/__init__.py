"""Environments: a TOML file becomes a frozen Environment; starts a deployment of [serve]."""
