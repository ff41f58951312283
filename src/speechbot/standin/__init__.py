"""A local stand-in for Telegram's Bot API: a bot that works here works there."""
