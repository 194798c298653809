"""Delivery: the addresses that serve bytes, with image and video work on the way."""
