"""The machinery under the steps: the worker, wake-ups, durable records of outside effects, failpoints, retries."""
