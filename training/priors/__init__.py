"""What is known before a register has outcomes: official revival rates, and how many promised jobs come true."""
