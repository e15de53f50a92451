"""What we said: text -> Strategy, and back."""
