"""Load the engine's plugin, also where the package is not installed."""

pytest_plugins = ["knowngood.plugin"]
