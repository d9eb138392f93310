"""What people do with models: the one room of serving that reaches ``training``.

``training`` is imported inside the functions, so that serving starts without it.
"""

from serving.desk.learning.lifecycle import (
    DataWritten,
    Trained,
    TrainingRequest,
    deliver,
    drift,
    evaluate,
    model,
    models,
    promote,
    refuse_other_champion,
    rollback,
    tracking_address,
    tracking_pages,
    train,
    write_data,
)
from serving.desk.learning.panel import (
    AnswersTaken,
    HandedOut,
    PanelRead,
    hand_out_panel,
    handed_out,
    last_answers,
    panel_agreement,
    read_panel,
    take_answers_back,
)
from serving.desk.learning.pool import (
    PoolUsed,
    combine_pool,
    leave_pool,
    use_pool,
    write_pool_summary,
)

__all__ = [
    "AnswersTaken",
    "DataWritten",
    "HandedOut",
    "PanelRead",
    "PoolUsed",
    "Trained",
    "TrainingRequest",
    "combine_pool",
    "deliver",
    "drift",
    "evaluate",
    "hand_out_panel",
    "handed_out",
    "last_answers",
    "leave_pool",
    "model",
    "models",
    "panel_agreement",
    "promote",
    "read_panel",
    "refuse_other_champion",
    "rollback",
    "take_answers_back",
    "tracking_address",
    "tracking_pages",
    "train",
    "use_pool",
    "write_data",
    "write_pool_summary",
]
