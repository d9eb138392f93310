"""What work on shards costs as units, pairs and shards grow."""
