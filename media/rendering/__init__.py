"""Films out of a picture: camera moves, sketches, the sandbox's clips."""
