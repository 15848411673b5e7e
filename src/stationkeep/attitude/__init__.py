"""Who holds the station's attitude, for how long, at what cost, and what follows when nobody does?"""
