"""Where on Earth do the points of a projected map lie? Also those in its corners, which are nowhere.

rasterio gives up on all points where one has no place on Earth, as the corners of a map of the world have none. So
points it refuses are asked again in smaller and smaller groups.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_GROUP: Final = 512


def geographic(rasterio: Any, projection: Any, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Latitude and longitude [deg] of points on a map, in the shape of ``x``; infinite for points that are nowhere."""
    across, up = np.ravel(x), np.ravel(y)
    north, east = np.full(across.shape, np.inf), np.full(across.shape, np.inf)

    def ask(first: int, last: int) -> bool:
        try:
            found = rasterio.warp.transform(projection, "EPSG:4326", across[first:last], up[first:last])
        except Exception as error:
            # GDAL's own errors have no public class in rasterio, and are no RasterioError.
            if not type(error).__name__.startswith("CPLE_"):
                raise
            return False
        east[first:last], north[first:last] = found
        return True

    def split(first: int, last: int) -> None:
        """The group is known to hold points that are nowhere."""
        if last - first == 1:
            return
        middle = (first + last) // 2
        for part in ((first, middle), (middle, last)):
            if not ask(*part):
                split(*part)

    if len(across) and not ask(0, len(across)):
        for first in range(0, len(across), _GROUP):
            group = (first, min(first + _GROUP, len(across)))
            if not ask(*group):
                split(*group)
    return north.reshape(np.shape(x)), east.reshape(np.shape(x))
