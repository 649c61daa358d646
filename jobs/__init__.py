"""The life of a job: rules for orders, the steps submit, poll, deliver and notify, and the worker that runs them."""
