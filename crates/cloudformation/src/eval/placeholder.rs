//! The values that the CDK puts in the place of look-ups that were not answered.

use iaclint_value::Name;

/// The look-up behind a placeholder that can be nothing else.
pub(super) fn lookup(text: &str) -> Option<&'static str> {
    Some(match text {
        "vpc-12345" | "s-12345" | "s-67890" | "p-12345" | "p-67890" | "i-12345" | "i-67890"
        | "rtb-12345s" | "rtb-67890s" | "rtb-12345p" | "rtb-67890p" | "rtb-12345i" | "rtb-67890i" => {
            "the VPC (vpc-provider)"
        }
        "dummy1a" | "dummy1b" | "dummy1c" => "the availability zones",
        _ if text.starts_with("dummy-value-for-") => "the SSM parameter",
        _ => return None,
    })
}

/// The same for placeholders that could be somebody's own value: only when the manifest says that the look-up is missing.
pub(super) fn lookup_when_missing(text: &str, missing: &[Name]) -> Option<&'static str> {
    let is_missing = |provider: &str| missing.iter().any(|m| m == provider);
    Some(match text {
        "ami-1234" if is_missing("ami") => "the image (ami)",
        "DUMMY" if is_missing("hosted-zone") => "the hosted zone (hosted-zone)",
        "sg-12345678" if is_missing("security-group") => "the security group (security-group)",
        "1.2.3.4/5" if is_missing("vpc-provider") => "the VPC (vpc-provider)",
        "1234abcd-12ab-34cd-56ef-1234567890ab" if is_missing("key-provider") => "the key (key-provider)",
        _ => return None,
    })
}
