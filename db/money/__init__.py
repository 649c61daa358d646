"""Limits, the ledger, and sums of what was used."""
