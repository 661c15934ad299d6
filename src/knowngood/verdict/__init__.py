"""Outcomes in, one verdict out. Pure: no clock, no file, no network."""
