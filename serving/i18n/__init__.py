"""Texts of both languages: ``fa/*.toml`` and ``en/*.toml`` hold ``[family] code = "text with {facts}"``."""

from serving.i18n.speech import Speech, speech, texts

__all__ = ["Speech", "speech", "texts"]
