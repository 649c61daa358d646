"""Jobs: the row, its admission, claims, outcomes and queries."""
