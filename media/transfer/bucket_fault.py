"""What storage answers that fails, for whoever asks it."""


class BucketFailed(Exception):
    """The storage could not be reached, or refused; the text says why, without keys."""
