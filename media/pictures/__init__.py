"""Pictures: decode them as a browser shows them, check and repair first frames, draw charts."""
