"""What would be indexed, to look through before anything is: an account of the corpus, as data and as a page."""
