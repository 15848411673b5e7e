"""Engines, tanks and burns: what it takes to push a station up, and who pays the propellant."""
