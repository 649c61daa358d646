"""Orders: their content, the rules that they must keep, and the jobs that are made from them."""
