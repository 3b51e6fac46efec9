//! Counts, sizes and durations as people read them: `12,480`, `12.4 MiB`, `1.24 s`.

use std::time::Duration;

/// A count with its thousands apart: `12,480`.
pub(crate) fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size: `380 B`, `12.4 MiB`.
pub(crate) fn bytes(value: u64) -> String {
    if value < 1024 {
        return format!("{value} B");
    }
    let mut size = value as f64 / 1024.0;
    let mut unit = "KiB";
    for larger in ["MiB", "GiB", "TiB"] {
        if size < 1023.95 {
            break;
        }
        size /= 1024.0;
        unit = larger;
    }
    format!("{size:.1} {unit}")
}

/// A duration: `380 ms`, `1.24 s`.
pub(crate) fn duration(value: Duration) -> String {
    if value < Duration::from_secs(1) {
        format!("{} ms", value.as_millis())
    } else {
        format!("{:.2} s", value.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_have_their_thousands_apart() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(12_480), "12,480");
        assert_eq!(count(1_000_000), "1,000,000");
    }

    #[test]
    fn sizes_never_print_1024_of_a_unit() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1024), "1.0 KiB");
        assert_eq!(bytes(1024 * 1024 - 1), "1.0 MiB");
        assert_eq!(bytes(13_002_342), "12.4 MiB");
    }

    #[test]
    fn durations_change_their_unit_at_a_second() {
        assert_eq!(duration(Duration::from_millis(380)), "380 ms");
        assert_eq!(duration(Duration::from_millis(1240)), "1.24 s");
    }
}
