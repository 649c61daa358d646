"""What an operator can see of a running process: metrics, health checks, a web page, error reports.

This package imports no other package of the program.
"""
