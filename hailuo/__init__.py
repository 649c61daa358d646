"""The client for MiniMax-Hailuo, the provider of videos: its HTTP API, requests, tasks, camera moves and errors."""
