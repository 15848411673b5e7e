"""Flying one branch of a scenario once: events in time, mean decay between them, a timeline at the end."""
