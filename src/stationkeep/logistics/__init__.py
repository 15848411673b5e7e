"""Who and what visits: ports, vehicles, flights, people, and how late or lost they may be."""
