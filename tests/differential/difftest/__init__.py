"""Random programs that run on two machines, which must end in the same state."""
