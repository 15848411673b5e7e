"""How a station is kept at its altitude: limits, arrivals, who pays with which propellant, and the cheapest plan."""
