"""Ordering: `/video`, `/studio`, the menu of pictures, drafts and sketches."""
