"""What is said in a terminal, drawn."""
