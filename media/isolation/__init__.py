"""Processing of untrusted files in separate processes that share one memory budget."""
