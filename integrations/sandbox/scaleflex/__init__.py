"""Scaleflex: the DAM's API, its delivery network and its webhooks."""
