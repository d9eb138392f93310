"""The made-up appraisal, judged by the real triage and the real ranking."""

import pandas as pd
import pytest

from engine.diagnosis import diagnose
from engine.domain.unit import column_dtypes
from engine.health import completeness
from engine.ranking import rank, triage

AS_OF = pd.Timestamp("2026-11-23")
SAME_FOR_ALL = {
    "source": "made_up.xlsx",
    "origin": "synthetic",
    "stop_causes": "bank_debt;working_capital",
    "tax_debt_rial": 987_654_321_987,
    "bank_owned": True,
    "litigation_count": 7,
    "notes": "یادداشت محرمانه",
    "business_id": "770000000001",
    "national_id": "10660000001",
}


@pytest.fixture(scope="session")
def judged(appraisal):
    units = appraisal[list(column_dtypes())].copy()
    units = units.assign(**SAME_FOR_ALL)
    units.iloc[0, units.columns.get_loc("name")] = "=HYPERLINK(1)"
    places = [name for name in appraisal.columns if name.endswith(("_low", "_point", "_high"))]
    marks = ["scorable", "not_scorable", "prior_driven", "out_of_fold", "model_version", "model_data_until"]
    predictions = appraisal[[*places, *marks]].assign(capital_assumed=False)
    findings = diagnose(units, as_of=AS_OF)
    judged = units.join(predictions).join(triage(units, findings, predictions, as_of=AS_OF))
    return rank(judged.assign(completeness=completeness(units)))
