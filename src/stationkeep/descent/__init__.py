"""The way down: where an uncontrolled fall may end, what reaches the ground, and who is at risk."""
