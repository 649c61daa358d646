"""Orders: what is asked for, which rules it keeps, and the job that comes of it."""
