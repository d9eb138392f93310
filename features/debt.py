"""What a unit owes, needs and owns in law."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.domain.unit import Field
from features.arithmetic import log10_1p, ratio, stated, sum_of_stated
from features.batch import Batch, Floats
from features.catalogue import Feature


def bank_debt_log(batch: Batch) -> Floats:
    """Debt to banks, log10(1 + billion rial)."""
    return log10_1p(batch.billion_rial(Field.BANK_DEBT_RIAL.value))


def public_debt_log(batch: Batch) -> Floats:
    """Debt to tax and social security, log10(1 + billion rial)."""
    tax = batch.billion_rial(Field.TAX_DEBT_RIAL.value)
    return log10_1p(sum_of_stated(tax, batch.billion_rial(Field.SOCIAL_SECURITY_DEBT_RIAL.value)))


def debt_to_capital(batch: Batch) -> Floats:
    """Bank debt and the other stated debts for each rial of capital needed; both are in one year's money."""
    debt = batch.number(Field.BANK_DEBT_RIAL.value)
    for name in (Field.TAX_DEBT_RIAL, Field.SOCIAL_SECURITY_DEBT_RIAL, Field.OTHER_DEBT_RIAL):
        debt = debt + np.nan_to_num(batch.number(name.value))
    return ratio(debt, batch.number(Field.CAPITAL_NEEDED_RIAL.value))


def capital_needed_log(batch: Batch) -> Floats:
    """Capital needed, log10(1 + billion rial)."""
    return log10_1p(batch.billion_rial(Field.CAPITAL_NEEDED_RIAL.value))


COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.BANK_DEBT_LOG: bank_debt_log,
    Feature.PUBLIC_DEBT_LOG: public_debt_log,
    Feature.DEBT_TO_CAPITAL: debt_to_capital,
    Feature.OWNED_BY_BANK: stated(Field.BANK_OWNED),
    Feature.HAS_TITLE_DEED: stated(Field.TITLE_DEED),
    Feature.LITIGATIONS: stated(Field.LITIGATION_COUNT),
    Feature.CAPITAL_NEEDED_LOG: capital_needed_log,
}
