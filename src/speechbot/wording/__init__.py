"""Every text that a user reads, in Chinese, in one place."""
