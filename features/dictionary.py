"""Write ``docs/data-dictionary.md``: the fields of a unit and the features, out of the code that uses them.

Run ``python -m features.dictionary`` after a change of fields or features; a test says when the page is stale.
"""

from __future__ import annotations

from pathlib import Path

from engine.domain.unit import FIELDS, RECORD_COLUMNS, Field, FieldSpec, Kind
from features.catalogue import FULL_SCHEMA
from features.schema import FeatureSchema, FeatureSpec

PAGE = Path(__file__).parents[1] / "docs" / "data-dictionary.md"

FIELD_MEANINGS: dict[Field, str] = {
    Field.BUSINESS_ID: "12 digits, one for each licensed activity",
    Field.NATIONAL_ID: "11 digits of the company, which may own several units",
    Field.NAME: "name as given",
    Field.PROVINCE: "English name of the reference table `provinces`",
    Field.COUNTY: "English name of the reference table `counties`",
    Field.ESTATE: "industrial estate as given",
    Field.ISIC: "ISIC Rev.4 code, division or finer",
    Field.SECTOR_TEXT: "activity as given",
    Field.STATUS: "idle, semi-active (below half capacity), operating, liquidated, under construction or unknown",
    Field.STOPPED_ON: "day on which production stopped",
    Field.IDLE_MONTHS: "stated time without production, on the day of the record",
    Field.STOP_CAUSES: "barrier codes, why production stopped",
    Field.ESTABLISHED_ON: "day of establishment",
    Field.PRIOR_REVIVALS: "how often it was revived before",
    Field.CAPACITY_TEXT: "nominal capacity as given",
    Field.CAPACITY_SHARE: "share of nominal capacity in use",
    Field.EXPORT_SHARE: "share of output that was exported",
    Field.JOBS_BEFORE_STOP: "persons employed before the stop",
    Field.JOBS_NOW: "persons employed now",
    Field.JOBS_PROMISED: "persons that a plan promises to employ; a promise is not a job",
    Field.LAND_M2: "land",
    Field.BUILDING_M2: "buildings",
    Field.MACHINERY_YEAR: "year in which the machinery was made",
    Field.MACHINERY_TEXT: "machinery as given",
    Field.EQUIPMENT: "machines: count, name, year (Gregorian), condition (new, sound, needs_repair, worn_out, scrap)",
    Field.POWER_KW: "contracted electric power",
    Field.GAS_M3_PER_HOUR: "contracted gas",
    Field.WATER_L_PER_S: "water right",
    Field.BANK_DEBT_RIAL: "debt to banks",
    Field.TAX_DEBT_RIAL: "tax debt",
    Field.SOCIAL_SECURITY_DEBT_RIAL: "debt to social security",
    Field.OTHER_DEBT_RIAL: "debt to anybody else",
    Field.DEBTS: "debts by creditor: kind (bank, tax, social_security, other), name of the institution, rial",
    Field.BANK_OWNED: "a bank has taken the unit over",
    Field.TITLE_DEED: "there is a title deed",
    Field.LITIGATION_COUNT: "court cases",
    Field.CAPITAL_NEEDED_RIAL: "capital needed to run again",
    Field.WORKING_CAPITAL_NEEDED_RIAL: "working capital needed, as part of it or beside it as the register says",
    Field.DEAL_FORMS: "ways in which an investor may enter",
    Field.NOTES: "remarks as given",
}

RECORD_MEANINGS = {
    "origin": "where the record comes from: register, reported or synthetic",
    "source": "file or address that it came from",
    "as_of": "day that it describes",
    "confidence": "missing, declared, reviewed or verified",
    "price_year": "Jalali year of the money in it",
    "derived": "fields that nobody stated and that were worked out from lists, joined by `;`; not stored",
}

_HEAD = """# Data dictionary

Written by `python -m features.dictionary`; change the code, not this page.
An empty cell means "not known", never zero.

## Fields of a unit

"Public" says whether HTTP and investors may see the field.

| field | kind | measure | allowed | public | meaning |
|---|---|---|---|---|---|
"""


def dictionary_page(schema: FeatureSchema = FULL_SCHEMA) -> str:
    """Text of the data dictionary.

    Examples
    --------
    >>> dictionary_page().splitlines()[0]
    '# Data dictionary'
    """
    fields = [_field_row(field, spec) for field, spec in FIELDS.items()]
    record = [f"| `{name}` | {dtype} | {RECORD_MEANINGS[name]} |" for name, dtype in RECORD_COLUMNS.items()]
    families = dict.fromkeys(spec.family for spec in schema.features)
    lines = [
        _HEAD + "\n".join(fields),
        "\nA date has a column `NAME_precision` beside it: `day`, `month` or `year`.\n",
        "## What every record carries\n",
        "| column | dtype | meaning |\n|---|---|---|\n" + "\n".join(record),
        f"\n## Features\n\n{len(schema.names)} columns of the model matrix, in order, all float64.",
        "NaN says what stands under `missing`: it is never replaced by zero here.",
        "`sign` is the direction in which a feature is expected to move feasibility, an assumption; empty where none.",
        "A category is an index into the levels that fit met, in the order of their names.",
        *(_family(family, [spec for spec in schema.features if spec.family == family]) for family in families),
    ]
    return "\n".join(lines) + "\n"


def write(path: Path = PAGE) -> None:
    """Write the page."""
    path.write_text(dictionary_page(), encoding="utf-8")


def _field_row(field: Field, spec: FieldSpec) -> str:
    low, high = (f"{bound:g}" if bound is not None else "" for bound in (spec.low, spec.high))
    allowed = f"{low} to {high}".strip() if low and high else f"from {low}" if low else ""
    kind = {
        Kind.CODES: "codes, joined by `;`",
        Kind.LIST: "items joined by `;`, parts by `\\|`",
        Kind.MONEY: "money",
    }.get(spec.kind, spec.kind.value)
    public = "yes" if spec.public else "no"
    return f"| `{field.value}` | {kind} | {spec.measure} | {allowed} | {public} | {FIELD_MEANINGS[field]} |"


def _family(family: str, specs: list[FeatureSpec]) -> str:
    columns = ("feature", "kind", "measure", "sign", "meaning", "missing", "from")
    head = f"\n### {family}\n\n| {' | '.join(columns)} |\n{'|---' * len(columns)}|\n"
    return head + "\n".join(map(_feature_row, specs))


def _feature_row(spec: FeatureSpec) -> str:
    sign = {-1: "-", 0: "", 1: "+"}[spec.sign]
    sources = ", ".join(f"`{source}`" for source in spec.sources)
    cells = (f"`{spec.name}`", spec.kind.value, spec.measure, sign, spec.meaning, spec.missing, sources)
    return "| " + " | ".join(cells) + " |"


if __name__ == "__main__":
    write()
