"""May the run begin, and does it still hold: controls, and convergence of the release."""
