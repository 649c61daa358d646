"""The sandbox: a stand-in for the video provider, an HTTP server on loopback that renders real H.264 files."""
