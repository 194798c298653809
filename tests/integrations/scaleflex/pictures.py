"""Small pictures and films for tests, each of its own bytes."""

import io

import av
import numpy as np
from PIL import Image


def jpeg(number: int) -> bytes:
    """Return a picture of 32 by 24 pixels."""
    data = io.BytesIO()
    Image.new("RGB", (32, 24), f"#{number:06x}").save(data, "JPEG", comment=f"{number}".encode())
    return data.getvalue()


def film(seconds: int, width: int = 320, height: int = 180, rate: int = 5) -> bytes:
    """Return an MP4 without sound."""
    data = io.BytesIO()
    with av.open(data, "w", format="mp4") as out:
        stream = out.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(seconds * rate):
            picture = np.full((height, width, 3), number % 250, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        out.mux(stream.encode(None))
    return data.getvalue()
