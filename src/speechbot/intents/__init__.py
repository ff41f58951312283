"""What a question asks of the structure of the materials, and the answers that it gives."""
