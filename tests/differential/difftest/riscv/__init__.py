"""Random programs of RISC-V."""
