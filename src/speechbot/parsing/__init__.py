"""A decoded text to speeches, sections, passages."""
