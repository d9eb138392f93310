"""A service that really runs is killed, asked at length and asked for nonsense: what it loses, keeps and answers."""
