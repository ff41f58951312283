"""Chinese text: folding, sentences, words, typing errors, what can be asked."""
