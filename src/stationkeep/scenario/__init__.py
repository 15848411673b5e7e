"""What a person writes: a station at an epoch, who can push it, and branches of dated events."""
