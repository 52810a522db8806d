"""Which field of a config, an overlay or a patch set a field of a generated object, and what that replaced.

What belongs here: looking back from what was composed to what was written. It composes a service once more, with an observer; nothing is
paid for by services of which nobody asks. Which file a ModelService was written in is not known here.
"""

from modelservice.origin.trace import Origin, Trace

__all__ = ["Origin", "Trace"]
