//! How much memory machines have, and which sizes Fargate offers: `data/instance_memory.json`, `data/rds_classes.json`, `data/fargate.json`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::Value;

/// A size of a Fargate task that exists.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FargateSize {
    /// CPU units; 1024 are one vCPU.
    pub cpu: i64,
    /// The amounts of memory in MiB that go with them, ascending.
    pub memory: Vec<i64>,
}

/// The memory in MiB of an instance type: `t3.micro` has 1024.
pub fn instance_memory(instance_type: &str) -> Option<i64> {
    static TYPES: OnceLock<BTreeMap<String, i64>> = OnceLock::new();
    TYPES.get_or_init(|| memories(include_str!("../data/instance_memory.json"))).get(instance_type).copied()
}

/// The memory in MiB of a class of database instances: `db.t4g.micro` has 1024.
pub fn database_memory(class: &str) -> Option<i64> {
    static CLASSES: OnceLock<BTreeMap<String, i64>> = OnceLock::new();
    CLASSES.get_or_init(|| memories(include_str!("../data/rds_classes.json"))).get(class).copied()
}

/// Every size of a Fargate task, by CPU.
pub fn fargate_sizes() -> &'static [FargateSize] {
    static SIZES: OnceLock<Vec<FargateSize>> = OnceLock::new();
    SIZES.get_or_init(|| {
        let json = json(include_str!("../data/fargate.json"));
        json.get("data").and_then(Value::as_array).into_iter().flatten().filter_map(fargate_size).collect()
    })
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("a test reads the file with the same parser")
}

fn memories(text: &str) -> BTreeMap<String, i64> {
    let json = json(text);
    let rows = json.get("memory_mib").and_then(Value::as_object).into_iter().flatten();
    rows.filter_map(|(name, mib)| Some((name.clone(), mib.as_i64()?))).collect()
}

fn fargate_size(row: &Value) -> Option<FargateSize> {
    let cpu = row.get("cpu")?.as_i64()?;
    let memory = row.get("memory")?;
    let memory = if let Some(all) = memory.as_array() {
        all.iter().map(Value::as_i64).collect::<Option<Vec<i64>>>()?
    } else {
        let number = |name: &str| memory.get(name).and_then(Value::as_i64);
        let step = usize::try_from(number("step")?).ok().filter(|s| *s > 0)?;
        (number("min")?..=number("max")?).step_by(step).collect()
    };
    Some(FargateSize { cpu, memory })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_read() {
        assert_eq!(instance_memory("t3.micro"), Some(1024));
        assert_eq!(instance_memory("m5.large"), Some(8192));
        assert_eq!(instance_memory("m5.gigantic"), None);
        assert_eq!(database_memory("db.t4g.micro"), Some(1024));
        assert_eq!(database_memory("db.serverless"), None);
    }

    #[test]
    fn fargate_offers_what_is_documented() {
        let sizes = fargate_sizes();
        assert_eq!(sizes.len(), 8);
        assert_eq!(sizes[0], FargateSize { cpu: 256, memory: vec![512, 1024, 2048] });
        assert_eq!(sizes[1].memory, [1024, 2048, 3072, 4096]);
        assert_eq!(sizes[5].memory.first().zip(sizes[5].memory.last()), Some((&16384, &61440)));
    }
}
