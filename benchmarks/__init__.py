"""Speed and memory of a full run, beside native tools and naive suites, in one go.

``python -m benchmarks`` prints tables, and at the end which targets are met; every number comes
from that very run. It serves the stand-in's content by a real nginx and takes submissions by the
stand-in itself, at no round-trip time and behind a proxy that delays. gzip is off at nginx, so
that the server's work, which all share, does not hide the clients'.

``python -m benchmarks.soak`` measures how often a verdict is wrong when the network is bad.
"""
