"""Work on tables that are too large for one frame: Parquet shards in, Parquet shards out."""

from engine.shards.gathering import each
from engine.shards.mapping import Mapped, map_shards

__all__ = ["Mapped", "each", "map_shards"]
