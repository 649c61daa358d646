"""What a file is that is no video, for whoever reads one and for the border of isolated work."""


class NotAVideo(ValueError):
    """The file is no whole mp4 film; the text says what is wrong with it."""
