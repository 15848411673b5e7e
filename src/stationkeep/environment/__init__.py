"""What surrounds the station: the Sun's activity as the atmosphere feels it, and the air itself."""
