"""Probes become exchanges: transport, retry, guard, budgets."""
