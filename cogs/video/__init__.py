"""Ordering: the commands `/video` and `/studio`, the menu *Animate this image*, drafts and sketches."""
