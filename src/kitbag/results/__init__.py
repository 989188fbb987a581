"""Attempts and what is made of them: one record type for every channel, one store, one report."""
