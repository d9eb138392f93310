"""The door of the studies: what a person can mend is one sentence and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pandas as pd
import pyarrow as pa

from engine.errors import EhyaError
from serving.cli.errors import EXIT_FAILED, EXIT_REFUSED_REQUEST, sentence
from serving.cli.terminal import Terminal
from serving.i18n import speech


def run(main: Callable[[], int]) -> int:
    """Run a study's ``main``.

    Parameters
    ----------
    main
        Reads the command line, gives an exit code.

    Returns
    -------
    int
        Of ``main``; 2 where what was asked cannot be done (a sentence says why), 1 where a file cannot be read.

    Examples
    --------
    >>> run(lambda: 0)
    0
    """
    try:
        return main()
    except (EhyaError, OSError, pd.errors.ParserError, pd.errors.EmptyDataError, pa.ArrowInvalid) as error:
        print(sentence(error, Terminal(speech("en"))), file=sys.stderr)
        return EXIT_REFUSED_REQUEST if isinstance(error, EhyaError) else EXIT_FAILED
