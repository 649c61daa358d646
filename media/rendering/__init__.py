"""Rendering of videos from one picture: camera moves, previews ("sketches") and the sandbox's clips."""
