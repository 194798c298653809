"""
A local stand-in for Scaleflex and OpenText Trading Grid.

A plain WSGI program that speaks HTTP and nothing else. It imports nothing of the portal and
knows nothing of its tests, so the clients cannot tell it from the real thing. Every page it
shows says that it is a simulation.
"""
