"""The tools with which an operator observes a running process: metrics, health checks, a page, error reports.

This package imports no other package of the program.
"""
