"""Videos: measured, made playable, joined, and single frames of them."""
