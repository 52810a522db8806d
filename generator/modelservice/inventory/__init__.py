"""What objects ask for beyond themselves: of a cluster, and of registries.

What belongs here: looking through objects, whoever made them, and saying what they need as data. Not whether that is there.
"""
