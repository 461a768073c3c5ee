"""Fast readers and writers made from Spyne's types; tests prove them equal to Spyne."""
