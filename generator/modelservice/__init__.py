"""ModelServices turned into the Kubernetes resources that serve them."""

__version__ = "0.1.0"
