"""The benchmark runner's parts."""
