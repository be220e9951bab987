//! The heap that a flag of the JVM or of Node sets.

use iaclint_value::Flat;

/// The heap in MiB that a flag sets: `-Xmx1g`, `--max-old-space-size=384`.
pub fn heap_flag(word: &str) -> Option<i64> {
    if word.contains(Flat::HOLE) {
        return None;
    }
    if let Some(size) =
        word.strip_prefix("--max-old-space-size=").or_else(|| word.strip_prefix("--max_old_space_size="))
    {
        return size.parse().ok();
    }
    let size = word.strip_prefix("-Xmx").or_else(|| word.strip_prefix("-XX:MaxHeapSize="))?;
    let digits = size.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: i64 = digits.parse().ok()?;
    match size.get(digits.len()..)? {
        "" => Some(number >> 20),
        "k" | "K" => Some(number >> 10),
        "m" | "M" => Some(number),
        "g" | "G" => number.checked_mul(1024),
        "t" | "T" => number.checked_mul(1024 * 1024),
        _ => None,
    }
}

const HEAP_FLAGS: [&str; 4] = ["-Xmx", "-XX:MaxHeapSize=", "--max-old-space-size=", "--max_old_space_size="];

/// Whether a word is such a flag, of whatever size.
pub fn is_heap_flag(word: &str) -> bool {
    HEAP_FLAGS.iter().any(|flag| word.starts_with(flag))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heap_flags_of_the_jvm_and_of_node() {
        assert_eq!(heap_flag("-Xmx512m"), Some(512));
        assert_eq!(heap_flag("-Xmx2G"), Some(2048));
        assert_eq!(heap_flag("-Xmx1073741824"), Some(1024));
        assert_eq!(heap_flag("--max-old-space-size=384"), Some(384));
        assert_eq!(heap_flag("-XX:MaxRAMPercentage=75"), None);
        assert_eq!(heap_flag("-Xms512m"), None);
    }
}
