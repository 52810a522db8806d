"""A chart's values to the shortest ModelService that serves the same.

What belongs here: reading values as Helm does, knowing the charts and what became of their keys, and what taking a release over changes.
"""

from modelservice.conversion.convert import Conversion, convert
from modelservice.conversion.problems import Change, ConversionError

__all__ = ["Change", "Conversion", "ConversionError", "convert"]
