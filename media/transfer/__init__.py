"""Files on their way: downloads, addresses, object storage, whole files."""
