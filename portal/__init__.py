"""The partner portal. Empty on purpose: manage.py may look here before anything is installed."""
