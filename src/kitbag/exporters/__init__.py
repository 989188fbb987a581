"""Formats that other platforms read: one file a format, and what all of them share in `base`, `fidelity`, `archive`."""
