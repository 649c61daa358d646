"""Migrations, backups, copies, and what operators ask."""
