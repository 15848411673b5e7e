"""Who provides what on a station: functions and providers as a graph, and what is lost when a partner leaves."""
