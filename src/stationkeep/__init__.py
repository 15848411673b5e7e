"""stationkeep: when does a space station fall, where, and who can still save it?"""

__version__ = "0.1.0"
