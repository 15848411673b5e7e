"""Orbit messages of the CCSDS: OMM, OEM and OPM in and out."""
