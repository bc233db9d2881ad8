//! English words for what is written short.

/// `(written, one, several)`
pub(super) const UNITS: &[(&str, &str, &str)] = &[
    ("km/h", "kilometre an hour", "kilometres an hour"),
    ("mph", "mile an hour", "miles an hour"),
    ("Mbps", "megabit a second", "megabits a second"),
    ("kWh", "kilowatt hour", "kilowatt hours"),
    ("m²", "square metre", "square metres"),
    ("sqm", "square metre", "square metres"),
    ("sq ft", "square foot", "square feet"),
    ("km", "kilometre", "kilometres"),
    ("cm", "centimetre", "centimetres"),
    ("mm", "millimetre", "millimetres"),
    ("kg", "kilogram", "kilograms"),
    ("mg", "milligram", "milligrams"),
    ("lbs", "pound", "pounds"),
    ("lb", "pound", "pounds"),
    ("oz", "ounce", "ounces"),
    ("ml", "millilitre", "millilitres"),
    ("ft", "foot", "feet"),
    ("GB", "gigabyte", "gigabytes"),
    ("MB", "megabyte", "megabytes"),
    ("TB", "terabyte", "terabytes"),
    ("hrs", "hour", "hours"),
    ("hr", "hour", "hours"),
    ("mins", "minute", "minutes"),
    ("min", "minute", "minutes"),
    ("secs", "second", "seconds"),
    ("sec", "second", "seconds"),
    ("°C", "degree Celsius", "degrees Celsius"),
    ("°F", "degree Fahrenheit", "degrees Fahrenheit"),
    ("°", "degree", "degrees"),
    ("W", "watt", "watts"),
    ("V", "volt", "volts"),
    ("m", "metre", "metres"),
    ("g", "gram", "grams"),
    ("L", "litre", "litres"),
    ("l", "litre", "litres"),
];

/// Written short, said whole; with or without its full stop.
pub(super) const SHORT: &[(&str, &str)] = &[
    ("Mr", "Mister"),
    ("Mrs", "Missis"),
    ("Ms", "Miz"),
    ("Dr", "Doctor"),
    ("Prof", "Professor"),
    ("approx", "approximately"),
    ("dept", "department"),
    ("Dept", "Department"),
    ("vs", "versus"),
    ("Apt", "Apartment"),
    ("apt", "apartment"),
    ("Rd", "Road"),
    ("Ave", "Avenue"),
    ("Blvd", "Boulevard"),
    ("Ln", "Lane"),
    ("Sq", "Square"),
    ("Ltd", "Limited"),
    ("Inc", "Incorporated"),
    ("Tel", "telephone"),
    ("tel", "telephone"),
    ("ext", "extension"),
    ("Ext", "extension"),
    ("qty", "quantity"),
    ("Qty", "quantity"),
];

/// Spelt, though they could be read as words.
pub(super) const SPELT: &[&str] = &[
    "ID", "TV", "IT", "US", "UK", "EU", "VAT", "FAQ", "GPS", "ATM", "PDF", "QR", "SMS", "VIP", "USB", "CVV", "IBAN",
    "RMA", "SKU", "HR", "PO", "BIC", "API", "URL", "SLA",
];

/// Days and months written short.
pub(super) const DAYS: &[(&str, &str)] = &[
    ("Mon", "Monday"),
    ("Tues", "Tuesday"),
    ("Tue", "Tuesday"),
    ("Wed", "Wednesday"),
    ("Thurs", "Thursday"),
    ("Thu", "Thursday"),
    ("Fri", "Friday"),
    ("Sat", "Saturday"),
    ("Sun", "Sunday"),
];

/// `(symbol, ISO 4217 code)`
pub(super) const CURRENCIES: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("$", "USD"),
    ("£", "GBP"),
    ("€", "EUR"),
    ("¥", "JPY"),
    ("￥", "JPY"),
    ("GBP", "GBP"),
    ("USD", "USD"),
    ("EUR", "EUR"),
    ("AUD", "AUD"),
    ("CAD", "CAD"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("JPY", "JPY"),
];
