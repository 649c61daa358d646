"""Pictures, videos and file transfers. This package imports no other package of the project."""
