"""One ModelService config: profile defaults and layers, the schema, templated text.

What belongs here: what a config says. What is made of it is planned in ``modelservice.plan``.
"""

from modelservice.config.modelservice import API_VERSION, ModelService
from modelservice.config.overlay import problems as overlay_problems
from modelservice.config.settings import SettingError, with_settings
from modelservice.config.validation_config import validation_spec

__all__ = ["API_VERSION", "ModelService", "SettingError", "overlay_problems", "validation_spec", "with_settings"]
