"""Jobs in the database: the row, its admission, claims by workers, outcomes of steps, and queries."""
