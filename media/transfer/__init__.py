"""File transfer: downloads, checks of their addresses, object storage, atomic writes."""
