"""Who was approached, and how likely: inverse-probability weights, their overlap, and sensitivity to hidden causes."""
