"""Wordings: where a text stands in the materials to the letter, what differs, how often a phrase occurs."""
