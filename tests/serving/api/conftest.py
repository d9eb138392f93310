"""HTTP serves the public: its tests look at the appraisal that was made for them."""

import pytest


@pytest.fixture(scope="session")
def appraisal(public_appraisal):
    return public_appraisal
