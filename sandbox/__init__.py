"""A stand-in for the provider: a real HTTP server on loopback that renders real H.264 files."""
