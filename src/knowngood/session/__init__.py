"""One pytest run: collecting, ordering, workers, controller."""
