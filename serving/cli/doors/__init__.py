"""What each command wants and says of itself; the bodies stand in ``serving.cli.commands``.

Nothing heavy is imported before a command runs, so that help comes at once.
"""
