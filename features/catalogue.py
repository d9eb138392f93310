"""The single table of Ehya's own features."""

from __future__ import annotations

from engine.codes import Code
from engine.domain.unit import Field
from features.schema import FeatureKind, FeatureSchema, FeatureSpec


class Feature(Code):
    """Names of the features; the same words are columns of the model matrix."""

    SECTOR_DIVISION = "sector_division"
    SECTOR_FOOD = "sector_food"
    SECTOR_TEXTILE = "sector_textile"
    SECTOR_CHEMICAL = "sector_chemical"
    SECTOR_MINERAL = "sector_mineral"
    SECTOR_METAL = "sector_metal"
    SECTOR_MACHINERY = "sector_machinery"
    PROVINCE_LEVEL = "province_level"
    COUNTY_LEVEL = "county_level"
    GATE_KM = "gate_km"
    PROVINCE_CENTRE_KM = "province_centre_km"
    RAIL_KM = "rail_km"
    COUNTY_POPULATION_LOG = "county_population_log"
    CLUSTER_UNITS_LOG = "cluster_units_log"
    COMPETITOR_SHARE = "competitor_share"
    IN_ESTATE = "in_estate"
    MACHINERY_AGE_YEARS = "machinery_age_years"
    CAPACITY_USED_SHARE = "capacity_used_share"
    LAND_LOG = "land_log"
    BUILDING_LOG = "building_log"
    BUILDING_TO_LAND = "building_to_land"
    CAPACITY_TONNES_LOG = "capacity_tonnes_log"
    BANK_DEBT_LOG = "bank_debt_log"
    PUBLIC_DEBT_LOG = "public_debt_log"
    DEBT_TO_CAPITAL = "debt_to_capital"
    OWNED_BY_BANK = "owned_by_bank"
    HAS_TITLE_DEED = "has_title_deed"
    LITIGATIONS = "litigations"
    CAPITAL_NEEDED_LOG = "capital_needed_log"
    JOBS_BEFORE_LOG = "jobs_before_log"
    JOBS_NOW_LOG = "jobs_now_log"
    JOBS_KEPT_SHARE = "jobs_kept_share"
    POWER_LOG = "power_log"
    GAS_LOG = "gas_log"
    WATER_LOG = "water_log"
    IDLE_YEARS = "idle_years"
    AGE_YEARS = "age_years"
    REVIVALS_BEFORE = "revivals_before"
    EXPORTED_SHARE = "exported_share"
    SEMI_ACTIVE = "semi_active"
    CAUSE_FINANCIAL = "cause_financial"
    CAUSE_LEGAL = "cause_legal"
    CAUSE_MARKET = "cause_market"
    CAUSE_TECHNICAL = "cause_technical"
    TRIED_LOG = "tried_log"


_NUMBER, _FLAG, _CATEGORY = FeatureKind.NUMBER, FeatureKind.FLAG, FeatureKind.CATEGORY
_NOT_STATED = "not stated"
_NO_SECTOR = "no activity code, or none that ISIC knows"
_NO_PLACE = "province and county do not name a known county"
_NO_CAUSE = "no cause stated, or stated as unknown"
_PLACE = (Field.PROVINCE, Field.COUNTY)
_MONEY = "not stated, or in prices that cannot be compared with those of the model"


def _spec(
    feature: Feature,
    family: str,
    kind: FeatureKind,
    measure: str,
    meaning: str,
    missing: str,
    sources: tuple[Field, ...],
    sign: int = 0,
) -> FeatureSpec:
    fields = tuple(source.value for source in sources)
    return FeatureSpec(feature.value, family, kind, measure, meaning, missing, fields, sign)


def _sector(feature: Feature, meaning: str) -> FeatureSpec:
    return _spec(feature, "sector", _FLAG, "", meaning, _NO_SECTOR, (Field.ISIC,))


def _cause(feature: Feature, meaning: str) -> FeatureSpec:
    return _spec(feature, "history", _FLAG, "", meaning, _NO_CAUSE, (Field.STOP_CAUSES,))


def _log(feature: Feature, family: str, of: str, missing: str, *sources: Field, sign: int = 0) -> FeatureSpec:
    return _spec(feature, family, _NUMBER, f"log10(1 + {of})", f"{of}, on a log scale", missing, sources, sign)


FULL_SCHEMA = FeatureSchema(
    (
        _spec(Feature.SECTOR_DIVISION, "sector", _CATEGORY, "", "ISIC Rev.4 division, index into the levels of fit",
              f"{_NO_SECTOR}, or a division that fit did not meet", (Field.ISIC,)),
        _sector(Feature.SECTOR_FOOD, "food, drink and tobacco (ISIC 10-12)"),
        _sector(Feature.SECTOR_TEXTILE, "textile, clothing and leather (ISIC 13-15)"),
        _sector(Feature.SECTOR_CHEMICAL, "refining, chemicals, medicine, rubber and plastics (ISIC 19-22)"),
        _sector(Feature.SECTOR_MINERAL, "quarrying and non-metallic minerals (ISIC 08, 23)"),
        _sector(Feature.SECTOR_METAL, "metal ores, basic metals and metal products (ISIC 07, 24, 25)"),
        _sector(Feature.SECTOR_MACHINERY, "electronics, machinery and vehicles (ISIC 26-30, 33)"),
        _spec(Feature.PROVINCE_LEVEL, "location", _CATEGORY, "", "province, index into the levels of fit",
              "province not known, or one that fit did not meet", (Field.PROVINCE,)),
        _spec(Feature.COUNTY_LEVEL, "location", _CATEGORY, "", "county, index into the levels of fit",
              f"{_NO_PLACE}, or a county that fit did not meet", _PLACE),
        _spec(Feature.GATE_KM, "location", _NUMBER, "km",
              "great-circle distance from the county's centre to the nearest border gate of its province open at as_of",
              "no coordinate, or a province whose gates are not listed", _PLACE),
        _spec(Feature.PROVINCE_CENTRE_KM, "location", _NUMBER, "km",
              "great-circle distance from the county's centre to the centre of its province", "no coordinate", _PLACE),
        _spec(Feature.RAIL_KM, "location", _NUMBER, "km",
              "great-circle distance from the county's centre to the nearest station of its province open at as_of",
              "no coordinate, or a province whose stations are not listed", _PLACE),
        _log(Feature.COUNTY_POPULATION_LOG, "location", "persons in the county, census of 1395",
             "no census figure at hand (all but West Azerbaijan)", *_PLACE),
        _spec(Feature.CLUSTER_UNITS_LOG, "location", _NUMBER, "log10(units)",
              "units of the county in the records of fit, at least the unit itself, on a log scale", _NO_PLACE, _PLACE),
        _spec(Feature.COMPETITOR_SHARE, "location", _NUMBER, "share",
              "share of these units that work in the same ISIC division, the unit itself included",
              f"{_NO_PLACE}, or {_NO_SECTOR}", (*_PLACE, Field.ISIC)),
        _spec(Feature.IN_ESTATE, "location", _FLAG, "", "stands in an industrial estate (1) or outside of any (0)",
              _NOT_STATED, (Field.ESTATE,)),
        _spec(Feature.MACHINERY_AGE_YEARS, "equipment", _NUMBER, "years", "years since the machinery was made",
              "not stated, or made after as_of", (Field.MACHINERY_YEAR,), -1),
        _spec(Feature.CAPACITY_USED_SHARE, "equipment", _NUMBER, "share", "share of nominal capacity in use",
              _NOT_STATED, (Field.CAPACITY_SHARE,), 1),
        _log(Feature.LAND_LOG, "equipment", "m2 of land", _NOT_STATED, Field.LAND_M2),
        _log(Feature.BUILDING_LOG, "equipment", "m2 of buildings", _NOT_STATED, Field.BUILDING_M2),
        _spec(Feature.BUILDING_TO_LAND, "equipment", _NUMBER, "ratio", "m2 of buildings for each m2 of land",
              "either not stated, or no land", (Field.BUILDING_M2, Field.LAND_M2)),
        _log(Feature.CAPACITY_TONNES_LOG, "equipment", "tonnes a year of nominal capacity",
             "not stated, or not in tonnes", Field.CAPACITY_TEXT),
        _log(Feature.BANK_DEBT_LOG, "debt", "billion rial owed to banks", _MONEY, Field.BANK_DEBT_RIAL, sign=-1),
        _log(Feature.PUBLIC_DEBT_LOG, "debt", "billion rial owed to tax and social security, the stated ones added",
             _MONEY, Field.TAX_DEBT_RIAL, Field.SOCIAL_SECURITY_DEBT_RIAL, sign=-1),
        _spec(Feature.DEBT_TO_CAPITAL, "debt", _NUMBER, "ratio",
              "bank debt plus other stated debts for each rial of capital needed",
              "bank debt or capital not stated, or no capital needed",
              (Field.BANK_DEBT_RIAL, Field.TAX_DEBT_RIAL, Field.SOCIAL_SECURITY_DEBT_RIAL, Field.OTHER_DEBT_RIAL,
               Field.CAPITAL_NEEDED_RIAL), -1),
        _spec(Feature.OWNED_BY_BANK, "debt", _FLAG, "", "owned by a bank", _NOT_STATED, (Field.BANK_OWNED,), -1),
        _spec(Feature.HAS_TITLE_DEED, "debt", _FLAG, "", "has a title deed", _NOT_STATED, (Field.TITLE_DEED,), 1),
        _spec(Feature.LITIGATIONS, "debt", _NUMBER, "cases", "court cases", _NOT_STATED, (Field.LITIGATION_COUNT,), -1),
        _log(Feature.CAPITAL_NEEDED_LOG, "debt", "billion rial of capital needed", _MONEY, Field.CAPITAL_NEEDED_RIAL),
        _log(Feature.JOBS_BEFORE_LOG, "workforce", "persons employed before the stop", _NOT_STATED,
             Field.JOBS_BEFORE_STOP),
        _log(Feature.JOBS_NOW_LOG, "workforce", "persons employed now", _NOT_STATED, Field.JOBS_NOW),
        _spec(Feature.JOBS_KEPT_SHARE, "workforce", _NUMBER, "share",
              "persons employed now for each employed before the stop, at most 1",
              "either not stated, or nobody employed before", (Field.JOBS_NOW, Field.JOBS_BEFORE_STOP), 1),
        _log(Feature.POWER_LOG, "utilities", "kW of power", _NOT_STATED, Field.POWER_KW),
        _log(Feature.GAS_LOG, "utilities", "m3/h of gas", _NOT_STATED, Field.GAS_M3_PER_HOUR),
        _log(Feature.WATER_LOG, "utilities", "L/s of water", _NOT_STATED, Field.WATER_L_PER_S),
        _spec(Feature.IDLE_YEARS, "history", _NUMBER, "years", "years without work at as_of",
              "neither stop date nor duration known, or not yet stopped at as_of",
              (Field.STOPPED_ON, Field.IDLE_MONTHS), -1),
        _spec(Feature.AGE_YEARS, "history", _NUMBER, "years", "years since establishment at as_of",
              "not stated, or established after as_of", (Field.ESTABLISHED_ON,)),
        _spec(Feature.REVIVALS_BEFORE, "history", _NUMBER, "revivals", "revivals before this one", _NOT_STATED,
              (Field.PRIOR_REVIVALS,)),
        _spec(Feature.EXPORTED_SHARE, "history", _NUMBER, "share", "share of output that was exported", _NOT_STATED,
              (Field.EXPORT_SHARE,)),
        _spec(Feature.SEMI_ACTIVE, "history", _FLAG, "", "works below half its capacity (1) or stands idle (0)",
              "any other status", (Field.STATUS,), 1),
        _cause(Feature.CAUSE_FINANCIAL, "among the causes: working capital, or debt to bank, tax or social security"),
        _cause(Feature.CAUSE_LEGAL, "among the causes: seizure, dispute or environment"),
        _cause(Feature.CAUSE_MARKET, "among the causes: raw material, market, imports or smuggling"),
        _cause(Feature.CAUSE_TECHNICAL, "among the causes: machinery, parts, utilities, management, war or disaster"),
        _log(Feature.TRIED_LOG, "history", "years since somebody first approached, visited or observed the unit",
             "the log of events is not known; 0 where it knows of nobody", sign=-1),
    )
)  # fmt: skip
"""All features, in the order of the matrix."""
