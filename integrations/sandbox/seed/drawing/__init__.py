"""
The drawings, as Python functions that compose SVG.

Two rules keep a picture of 9 megapixels below half a second: no filters, and no ``opacity`` on
elements (both make the renderer paint on a second surface). Softness comes from gradients,
transparency from ``fill-opacity``.
"""
