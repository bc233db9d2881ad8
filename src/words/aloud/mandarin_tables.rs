//! Chinese words for what is written short.

/// `(written, said)`, longer ones first.
pub(super) const UNITS: &[(&str, &str)] = &[
    ("km/h", "公里每小时"),
    ("Mbps", "兆"),
    ("kWh", "度"),
    ("㎡", "平方米"),
    ("m²", "平方米"),
    ("km", "公里"),
    ("cm", "厘米"),
    ("mm", "毫米"),
    ("kg", "公斤"),
    ("mg", "毫克"),
    ("ml", "毫升"),
    ("mL", "毫升"),
    ("GB", "G"),
    ("MB", "兆"),
    ("TB", "T"),
    ("℃", "摄氏度"),
    ("°C", "摄氏度"),
    ("W", "瓦"),
    ("V", "伏"),
    ("m", "米"),
    ("g", "克"),
    ("L", "升"),
];

/// What is counted: two of them are 两. Longer ones first.
pub(super) const MEASURES: &str = "个半|个|件|张|台|位|次|天|小时|分钟|秒钟|秒|周|年|种|本|条|只|家|间|份|盒|箱|双|套|部|辆|人|名|遍|项|笔|\
                                   层|桌|晚|杯|瓶|包|袋|星期|礼拜|公里|公斤|斤|米|块|元|架|支|枝|盆|棵|束|颗|片|把|趟|场|\
                                   门|句|段|组|批|岁|折|倍|卷|粒|页|路|步|点|季|升|克|厘米|平方米|摄氏度|美元|欧元|英镑";

/// Behind these, figures are read one by one.
pub(super) const CODES: &str = "尾号|末四位|后四位|验证码|密码|编号|单号|订单号|订单|号码|账号|卡号|工号|分机|热线|电话|拨打|致电|请拨|按|房间|房号|\
                                邮编|航班|车次|会员号|序列号|运单|手机|工单";

/// `(symbol, ISO 4217 code)`
pub(super) const CURRENCIES: &[(&str, &str)] = &[
    ("US$", "USD"),
    ("$", "USD"),
    ("¥", "CNY"),
    ("￥", "CNY"),
    ("£", "GBP"),
    ("€", "EUR"),
    ("CNY", "CNY"),
    ("RMB", "CNY"),
    ("USD", "USD"),
    ("EUR", "EUR"),
];

/// Words in capitals that are said as words.
pub(super) const WORDS: &[&str] = &["PIN", "OK", "SIM", "APP", "WIFI"];
