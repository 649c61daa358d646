"""What the steps run on: the worker, wake-ups, records of what happened outside, failpoints, retry decisions."""
