"""The demonstration: real reported units first, then a synthetic register through the whole house."""

from serving.cli.demo.show import run

__all__ = ["run"]
