"""
The Trading Grid half of the sandbox: a simulation, not OpenText.

Serves the token endpoint, Community Management Services and Lens as documented, and beside them
the community workspace no public document describes: that part follows the contract this project
wrote for it and configures by path map, so a second profile serves it under other names.
"""
