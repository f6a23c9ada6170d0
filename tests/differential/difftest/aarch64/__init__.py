"""Random programs of AArch64."""
