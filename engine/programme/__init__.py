"""What a revival programme achieved in a period, from the events that were recorded."""
