"""What an operator sees of a running process: metrics, health, a page, reports of errors. Imports nothing of ours."""
