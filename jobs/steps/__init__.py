"""The steps of a job's life, the worker that calls them, and what they record."""
