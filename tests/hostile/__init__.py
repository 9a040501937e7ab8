"""The whole product against bad input, faults of what it stands on, and whoever reads its logs."""
