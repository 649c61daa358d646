"""Pictures: read as a browser shows them, checked, repaired, drawn."""
