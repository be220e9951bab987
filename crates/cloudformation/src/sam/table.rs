//! Tables.

use iaclint_value::Value;

use super::{Lowering, Serverless, list, object, renamed, text};

impl Lowering<'_> {
    pub(super) fn table(&mut self, this: &Serverless<'_>) {
        let origin = this.origin;
        let key = this.get("PrimaryKey");
        let name = key.and_then(|k| k.get("Name")).cloned().unwrap_or_else(|| text("id", origin));
        let kind = match key.and_then(|k| k.get("Type")).and_then(Value::as_str).as_deref() {
            Some("Number") => "N",
            Some("Binary") => "B",
            _ => "S",
        };
        let element = vec![("AttributeName", name.clone()), ("KeyType", text("HASH", origin))];
        let definition = vec![("AttributeName", name), ("AttributeType", text(kind, origin))];
        let mut more = vec![
            ("KeySchema", list(vec![object(element, origin)], true, origin)),
            ("AttributeDefinitions", list(vec![object(definition, origin)], true, origin)),
        ];
        match renamed(this.get("ProvisionedThroughput"), "ProvisionedThroughput") {
            Some(throughput) => more.push(throughput),
            None => more.push(("BillingMode", text("PAY_PER_REQUEST", origin))),
        }
        let same = ["PointInTimeRecoverySpecification", "SSESpecification", "TableName"];
        let properties = this.properties(&same, more);
        self.becomes(this, "AWS::DynamoDB::Table", properties);
    }
}
