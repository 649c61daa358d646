"""Who makes the video: the provider's HTTP API, its requests, tasks, camera moves and errors."""
