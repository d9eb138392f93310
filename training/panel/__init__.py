"""A panel of experts as data: which pairs of units to ask about, how far the answers agree, and what they tell a model.

The room stands above models, since answers move the slopes of a belief, and below the pipeline, which reads them.
"""
