"""``python -m stationkeep``."""

from stationkeep.cli import main

if __name__ == "__main__":
    main()
