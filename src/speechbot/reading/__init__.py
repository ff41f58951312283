"""Files turned into text, and the corpus folder they lie in."""
