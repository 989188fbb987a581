"""Item banks: the item types, how they are scored, linted and drawn into forms."""
