"""Words: the catalogue of sentences, and values put into words."""
