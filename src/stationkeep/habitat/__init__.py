"""What keeps people alive aboard: stores, equipment, cabin air, and how long each of them lasts."""
