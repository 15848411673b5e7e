"""Orbits: elements and frames, tracking data, mean decay, calibration, high-fidelity propagation."""
