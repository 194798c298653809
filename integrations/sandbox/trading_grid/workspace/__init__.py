"""
The community workspace: communities, posts, receipts, issues, onboarding, changes, launches, feedback.

No public document describes these. Names, states and paths follow the contract this project wrote;
an OpenText tenant gets its own by configuration.
"""
