//! Formats durations, bytes, counts and shares for people: three digits, one unit.

/// `1.24 s`, `380 ms`, `85 µs`, `3 min 20 s`.
pub fn duration(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..999_500 => format!("{} ms", three_digits(us as f64 / 1e3)),
        999_500..59_950_000 => format!("{} s", three_digits(us as f64 / 1e6)),
        _ => {
            let seconds = us / 1_000_000 + u64::from(us % 1_000_000 >= 500_000);
            match seconds {
                0..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
                3_600..86_400 => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
                _ => format!(
                    "{} d {} h",
                    count(seconds / 86_400),
                    seconds % 86_400 / 3_600
                ),
            }
        }
    }
}

/// `12.4 MiB`, `512 B`.
pub fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    let mut unit = 0;
    // A value that would round to 1024 is written as 1.00 of the next unit.
    while value >= 1023.5 && unit + 1 < BYTE_UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    if unit == 0 {
        return format!("{bytes} B");
    }
    format!("{} {}", three_digits(value), BYTE_UNITS[unit])
}

/// `12,480`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A share from 0 to 1 as `12.3 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `part` of `whole` as a percentage; a dash if `whole` is 0.
pub fn percent_of(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    percent(part as f64 / whole as f64)
}

/// `1 exchange`, `12 exchanges`.
pub fn plural(number: u64, singular: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{} {singular}{end}", count(number))
}

/// A number with three significant digits, up to 1023.
pub(crate) fn three_digits(value: f64) -> String {
    if value < 9.995 {
        format!("{value:.2}")
    } else if value < 99.95 {
        format!("{value:.1}")
    } else {
        format!("{value:.0}")
    }
}

const BYTE_UNITS: [&str; 5] = ["B", "KiB", "MiB", "GiB", "TiB"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_three_digits_and_one_unit() {
        for (us, text) in [
            (0, "0 µs"),
            (999, "999 µs"),
            (1_000, "1.00 ms"),
            (380_400, "380 ms"),
            (999_499, "999 ms"),
            (999_500, "1.00 s"),
            (1_240_000, "1.24 s"),
            (59_940_000, "59.9 s"),
            (59_990_000, "1 min 0 s"),
            (200_000_000, "3 min 20 s"),
            (7_260_000_000, "2 h 1 min"),
            (90_000_000_000, "1 d 1 h"),
        ] {
            assert_eq!(duration(us), text);
        }
        for (size, text) in [
            (0, "0 B"),
            (1_023, "1023 B"),
            (1_024, "1.00 KiB"),
            (13_002_342, "12.4 MiB"),
            (1_048_575, "1.00 MiB"),
            (u64::MAX, "16777216 TiB"),
        ] {
            assert_eq!(bytes(size), text);
        }
        assert_eq!(count(12_480), "12,480");
        assert_eq!(count(999), "999");
        assert_eq!(percent_of(1, 3), "33.3 %");
        assert_eq!(percent_of(0, 0), "–");
        assert_eq!(
            (plural(1, "call"), plural(0, "call")),
            ("1 call".into(), "0 calls".into())
        );
    }
}
