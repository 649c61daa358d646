"""Bytes: first frames, films, and the way they travel. Imports nothing of ours."""
