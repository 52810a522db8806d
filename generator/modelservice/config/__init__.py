"""One ModelService config: profile defaults and layers, the schema, templated text.

What belongs here: what a config says. What is made of it is planned in ``modelservice.plan``. The modules ``settings``, ``overlay``,
``validation_config`` and ``patches_config`` are imported where their case arises.
"""

from modelservice.config.modelservice import ModelService
from modelservice.config.validation import API_VERSION, is_ours

__all__ = ["API_VERSION", "ModelService", "is_ours"]
