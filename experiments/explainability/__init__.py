"""What explainability costs: boosting whose trees read one feature each against boosting that may combine them."""
