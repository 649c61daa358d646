"""Ordering: the commands `/video` and `/studio`, the menu *Animate this image*, drafts and sketches.

A draft is an order in preparation; a sketch is a free preview of its camera moves.
"""
