"""Money in the database: limits with their counters, the ledger, and sums of usage."""
