"""Words of untidy registers and what they mean; written down on their own, not taken from the aliases."""

FA, EN = "fa", "en"

HEADINGS: dict[str, dict[str, list[str]]] = {
    "name": {
        FA: ["نام واحد تولیدی", "نام شركت", "عنوان واحد صنعتی", "نام كارخانه"],
        EN: ["Company", "Unit Name", "Name of the plant"],
    },
    "national_id": {
        FA: ["شناسه‌ی ملی", "شناسه ملی شرکت", "شناسه ملي (۱۱ رقمی)"],
        EN: ["National ID", "Company national id", "Legal entity ID"],
    },
    "business_id": {FA: ["شناسه کسب‌وکار", "شناسه كسب و كار"], EN: ["Business ID", "Unique business id"]},
    "county": {FA: ["شهرستان محل استقرار", "نام شهرستان", "شهرستان"], EN: ["County", "City / County", "County name"]},
    "estate": {
        FA: ["نام شهرک صنعتی", "شهرک یا ناحیه", "محل استقرار (شهرک)"],
        EN: ["Industrial estate", "Estate / zone"],
    },
    "isic": {FA: ["کد ISIC", "آیسیک", "کد فعالیت (ISIC)"], EN: ["ISIC", "ISIC Rev.4 code", "Activity code"]},
    "status": {FA: ["وضعیت فعلی", "وضعيت واحد", "وضعیت فعالیت"], EN: ["Status", "Current status", "Operating status"]},
    "stopped_on": {
        FA: ["تاریخ تعطیلی", "زمان توقف تولید", "راکد از تاریخ"],
        EN: ["Stopped on", "Date of closure", "Idle since"],
    },
    "established_on": {FA: ["سال تأسیس", "تاریخ بهره‌برداری", "تاريخ راه‌اندازی"], EN: ["Year established", "Founded"]},
    "stop_causes": {
        FA: ["دلیل توقف", "علل تعطیلی", "دلایل رکود واحد"],
        EN: ["Reason for closure", "Causes of stoppage", "Why stopped"],
    },
    "capacity_share": {
        FA: ["درصد ظرفیت فعال", "درصد بهره‌برداری از ظرفیت"],
        EN: ["Capacity utilisation (%)", "Capacity in use (percent)"],
    },
    "export_share": {FA: ["سهم صادرات (درصد)", "درصد صادرات"], EN: ["Export share (%)", "Exports (%)"]},
    "jobs_before_stop": {
        FA: ["تعداد پرسنل قبل از تعطیلی", "اشتغال سابق (نفر)", "شاغلین پیش از توقف"],
        EN: ["Employees before closure", "Jobs before stop"],
    },
    "jobs_now": {FA: ["اشتغال موجود", "تعداد شاغلان فعلی"], EN: ["Current employees", "Jobs now"]},
    "jobs_promised": {FA: ["اشتغال پیش‌بینی شده", "اشتغال قابل ایجاد"], EN: ["Expected jobs", "Jobs to be created"]},
    "land_m2": {FA: ["مساحت زمین", "متراژ عرصه", "زمین"], EN: ["Land area", "Plot size", "Site area"]},
    "building_m2": {FA: ["مساحت سوله", "زیربنای مفید", "اعیانی"], EN: ["Building area", "Covered area"]},
    "machinery_year": {FA: ["سال ساخت ماشین‌آلات", "سال ساخت دستگاه‌ها"], EN: ["Machinery year", "Year of machinery"]},
    "power_kw": {FA: ["قدرت برق (کیلووات)", "دیماند برق KW"], EN: ["Power (kW)", "Electricity demand (kW)"]},
    "bank_debt_rial": {FA: ["بدهی به بانک‌ها", "معوقات بانکی"], EN: ["Bank debt", "Owed to banks"]},
    "tax_debt_rial": {FA: ["بدهی به امور مالیاتی", "بدهی مالیاتی"], EN: ["Tax debt", "Tax arrears"]},
    "social_security_debt_rial": {
        FA: ["بدهی بیمه", "بدهی به تأمین اجتماعی"],
        EN: ["Social security debt", "Insurance arrears"],
    },
    "bank_owned": {FA: ["تملیک بانک", "در تصرف بانک است؟"], EN: ["Owned by bank", "Seized by bank?"]},
    "title_deed": {FA: ["سند مالکیت", "دارای سند رسمی"], EN: ["Title deed", "Has deed"]},
    "litigation_count": {FA: ["تعداد پرونده‌های قضایی", "تعداد دعاوی"], EN: ["Number of lawsuits", "Open cases"]},
    "capital_needed_rial": {
        FA: ["سرمایه‌گذاری مورد نیاز", "میزان سرمایه لازم"],
        EN: ["Capital required", "Investment needed"],
    },
    "working_capital_needed_rial": {
        FA: ["نقدینگی مورد نیاز", "سرمایه در گردش لازم"],
        EN: ["Working capital required", "Working capital need"],
    },
    "deal_forms": {FA: ["نحوه واگذاری", "نوع مشارکت"], EN: ["Form of deal", "Offered as"]},
    "notes": {FA: ["ملاحظات", "توضیحات"], EN: ["Remarks", "Comments"]},
}
"""Field -> headings in both languages."""

GROUPED: dict[str, dict[str, tuple[str, dict[str, str]]]] = {
    FA: {
        "debts": ("بدهی‌ها", {"bank_debt_rial": "بانکی", "tax_debt_rial": "مالیاتی",
                              "social_security_debt_rial": "تأمین اجتماعی"}),
        "jobs": ("اشتغال", {"jobs_before_stop": "قبل از توقف", "jobs_now": "فعلی", "jobs_promised": "پیش‌بینی شده"}),
    },
    EN: {
        "debts": ("Debt", {"bank_debt_rial": "Bank", "tax_debt_rial": "Tax",
                           "social_security_debt_rial": "Social security"}),
        "jobs": ("Employees", {"jobs_before_stop": "Before closure", "jobs_now": "Now", "jobs_promised": "Expected"}),
    },
}  # fmt: skip
"""Group label and the headings below it, for headers of two levels."""

NEEDED = ("name", "national_id", "county", "status")
PERSONAL = {FA: ["نام مدیرعامل", "تلفن همراه", "کد ملی مدیر"], EN: ["CEO", "Mobile phone", "Owner's e-mail"]}
STRANGE = {FA: ["کد پستی", "شماره پروانه", "رنگ ساختمان"], EN: ["Postal code", "File colour", "Shelf mark"]}
SERIAL = {FA: ["ردیف", "شماره ردیف"], EN: ["No.", "Row"]}

COUNTIES = {
    "Urmia": ["ارومیه", "اروميه", "شهرستان ارومیه", "Urmia", "urmia "],
    "Khoy": ["خوی", "خوي", "Khoy"],
    "Miandoab": ["میاندوآب", "میاندواب", "ميان دوآب", "Miandoab"],
    "Bukan": ["بوکان", "بوكان", "Bukan"],
    "Mahabad": ["مهاباد", "شهرستان مهاباد", "Mahabad"],
    "Shahin Dezh": ["شاهین‌دژ", "شاهین دژ", "شاهيندژ", "Shahin Dezh"],
    "Naqadeh": ["نقده", "Naqadeh"],
    "Salmas": ["سلماس", "Salmas"],
}
MISSPELT = {"Urmia": "ارومیهه", "Miandoab": "میاندوواب", "Mahabad": "مهابادد", "Shahin Dezh": "شاهین دژژ"}
ESTATES = {
    "Urmia": ("شهرک صنعتی شماره ۲ ارومیه", ["شهرک صنعتی شماره ۲ ارومیه", "شهرك صنعتي اروميه 2", "WA-URM-2"]),
    "Khoy": ("شهرک صنعتی خوی", ["شهرک صنعتی خوی", "شهرك صنعتي خوي", "wa-kho-1"]),
    "Bukan": ("شهرک صنعتی بوکان", ["شهرک صنعتی بوکان", "شهرك صنعتي بوكان"]),
    "Salmas": ("شهرک صنعتی سلماس", ["شهرک صنعتی سلماس"]),
    "Naqadeh": ("شهرک صنعتی نقده", ["شهرک صنعتی نقده"]),
}
"""County -> an estate of it and how it may be written."""

STATUSES = {
    "idle": ["راکد", "غیر فعال", "تعطیل", "متوقف", "Idle", "closed"],
    "semi_active": ["نیمه‌فعال", "نيمه فعال", "فعال با ۳۰ درصد ظرفیت", "Semi-active", "partially active"],
    "operating": ["فعال", "در حال تولید", "operating"],
}
CAUSES = {
    "working_capital": ["کمبود سرمایه در گردش", "نبود نقدینگی", "lack of working capital"],
    "bank_debt": ["بدهی بانکی", "معوقات بانکی", "bank debt"],
    "raw_material": ["کمبود مواد اولیه", "raw material shortage"],
    "market_demand": ["نبود بازار فروش", "lack of market"],
    "machinery_obsolete": ["فرسودگی ماشین‌آلات", "قدیمی بودن دستگاه‌ها", "old machinery"],
    "utilities": ["قطعی برق و گاز", "power cuts"],
    "management": ["ضعف مدیریت", "poor management"],
    "shareholder_dispute": ["اختلاف سهامداران", "partner dispute"],
    "sanctions_parts": ["تحریم", "lack of spare parts"],
}
SENTENCES = {
    "working_capital": "واحد به علت نداشتن نقدینگی کافی از کار افتاد",
    "machinery_obsolete": "دستگاه‌ها فرسوده شده‌اند",
    "market_demand": "محصول در بازار مشتری ندارد",
    "raw_material": "مواد اولیه به موقع نمی‌رسید",
}
"""Causes as free text."""

DEALS = {
    "sale": ["فروش", "واگذاری قطعی", "sale"], "lease": ["اجاره", "lease"], "joint_venture": ["مشارکت", "joint venture"],
}  # fmt: skip
ISIC = ["10", "13", "1030", "17", "22", "2220", "25", "29"]
FLAGS = {True: ["بلی", "بله", "✓", "1", "Yes"], False: ["خیر", "نه", "0", "No"]}
MONEY_UNITS = {
    FA: {"ریال": 1, "میلیون ریال": 10**6, "میلیون تومان": 10**7, "میلیارد ریال": 10**9, "هزار تومان": 10**4},
    EN: {"rial": 1, "million rial": 10**6, "million toman": 10**7, "bn rial": 10**9, "'000 IRR": 10**3},
}
WORDED_MONEY = [("میلیارد تومان", 10**10), ("میلیارد ریال", 10**9), ("million toman", 10**7), ("همت", 10**13)]
RATES = {"usd": 650_000, "eur": 700_000}
FOREIGN = {"usd": ["{} دلار", "${}", "{} USD"], "eur": ["{} یورو", "€ {}", "EUR {}"]}
MONEY = [name for name in HEADINGS if name.endswith("_rial")]
COUNTS = ["jobs_before_stop", "jobs_now", "jobs_promised"]
AREAS = ["land_m2", "building_m2"]
SHARES = ["capacity_share", "export_share"]
MONTHS = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]
WORDED_NUMBERS = {30: "سی", 25: "بیست و پنج", 120: "صد و بیست", 2: "دو", 12: "دوازده"}
BAD = {
    "jobs_before_stop": ["-15", "زیاد", "30 تا 40", "بیش از ۵۰ نفر", "(۱۲)"],
    "stopped_on": ["1399/13/05", "1425/02/01", "1400/02/32", "نامعتبر", "05/98", "قبل از ۱۳۹۰", "۱۳۹۸-۱۳۹۹"],
    "isic": ["99999", "۷۷۷۷۷"],
    "land_m2": ["نسبتاً بزرگ", "سه برابر همسایه", "۲۰×۳۰", "12.500", "۵۰ آمپر"],
    "national_id": ["12ab", "1234", "1.40776E+10"],
    "county": ["زرزیران", "ناکجاآباد", "خوی و سلماس"],
    "bank_debt_rial": ["زیاد است", "۵۰ تا ۶۰", "بیش از ۵ میلیارد ریال", "1/200", "-5", "100 AED"],
    "bank_owned": ["شاید", "بلی / خیر"],
    "capacity_share": ["150", "زیاد", "-3"],
    "status": ["آبی", "فعال / نیمه فعال"],
    "litigation_count": ["چند", "2.5"],
}
"""Cells that nobody can read."""
