"""The demonstration: real reported units first, then a synthetic register through the whole house."""
