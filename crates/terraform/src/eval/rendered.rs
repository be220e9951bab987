//! Data sources that only put texts together: templates with variables, and what cloud-init is given in several parts.

use iaclint_source::Span;
use iaclint_value::{Encoding, Via};

use super::{Evaluator, Fault, Member, Node};
use crate::export::encoded;
use crate::functions;
use crate::ir::Body;
use crate::ops::{self, TemplatePart};
use crate::val::Val;

/// What stands between the parts unless the configuration says so (`boundary`, documentation of `cloudinit_config`).
const BOUNDARY: &str = "MIMEBOUNDARY";

impl Evaluator<'_, '_> {
    /// `rendered` of `template_file`: the template with its variables.
    pub(super) fn rendered_template(&mut self, instance: usize, header: Span) -> Val {
        let template = self.configured(instance, "template", header).filter(|template| !template.is_null());
        let variables = self.configured(instance, "vars", header).filter(|vars| !vars.is_null());
        self.node(&Node::Argument(instance, Member::Made("rendered")), header, |me| {
            let origin = me.written(header);
            let template = template.unwrap_or_else(|| Val::str("", origin));
            let variables = variables.unwrap_or_else(|| Val::object(Vec::new(), origin));
            match functions::call(me, "templatestring", &[template, variables], header) {
                Ok(value) => me.step(value, header, Via::Template),
                Err(error) => me.invalid(Fault::new(header, error.message)),
            }
        })
    }

    /// `rendered` of `cloudinit_config`: a message of several parts, compressed and in base64 unless it says otherwise.
    pub(super) fn rendered_message(&mut self, instance: usize, body: &Body, header: Span) -> Val {
        let flag = |me: &mut Self, name: &str| {
            me.configured(instance, name, header).is_none_or(|value| value.as_bool() != Some(false))
        };
        let (gzip, base64) = (flag(self, "gzip"), flag(self, "base64_encode"));
        let boundary =
            self.configured(instance, "boundary", header).and_then(|b| b.as_str().map(str::to_owned));
        let boundary = boundary.unwrap_or_else(|| BOUNDARY.to_owned());
        self.node(&Node::Argument(instance, Member::Made("rendered")), header, |me| {
            let blocks = me.in_instance(instance, |me, env| me.blocks(body, "part", env));
            let origin = me.written(header);
            let Some(blocks) = blocks.elements().filter(|_| !blocks.is_unknown()).map(<[Val]>::to_vec) else {
                return super::iterate::unknown_from(&blocks, crate::ty::Ty::String);
            };
            let mut parts = vec![literal(&format!(
                "Content-Type: multipart/mixed; boundary=\"{boundary}\"\nMIME-Version: 1.0\r\n\r\n"
            ))];
            for block in &blocks {
                part(block, &boundary, &mut parts);
            }
            parts.push(literal(&format!("--{boundary}--\r\n")));
            let message = match ops::template(parts, origin, &mut me.origins) {
                Ok(message) => message,
                Err(error) => return me.invalid(Fault::new(header, error)),
            };
            match (gzip, base64) {
                (true, _) => encoded(Encoding::GzipBase64, message, origin),
                (false, true) => encoded(Encoding::Base64, message, origin),
                (false, false) => message,
            }
        })
    }
}

/// One part with its headers.
fn part(block: &Val, boundary: &str, out: &mut Vec<TemplatePart>) {
    let field = |name: &str| {
        let mut fields = block.fields()?.iter();
        fields.find(|(n, _, _)| n == name).map(|(_, _, value)| value).filter(|value| !value.is_null())
    };
    let mut header = |lead: &str, value: TemplatePart, end: &str| {
        out.extend([literal(lead), value, literal(end)]);
    };
    let kind =
        field("content_type").map_or_else(|| literal("text/plain"), |v| TemplatePart::Value(v.clone()));
    header(
        &format!("--{boundary}\r\nContent-Transfer-Encoding: 7bit\r\nContent-Type: "),
        kind,
        "\r\nMime-Version: 1.0\r\n",
    );
    if let Some(name) = field("filename") {
        header("Content-Disposition: attachment; filename=\"", TemplatePart::Value(name.clone()), "\"\r\n");
    }
    if let Some(kind) = field("merge_type") {
        header("X-Merge-Type: ", TemplatePart::Value(kind.clone()), "\r\n");
    }
    let content = field("content").map_or_else(|| literal(""), |v| TemplatePart::Value(v.clone()));
    header("\r\n", content, "\r\n");
}

fn literal(text: &str) -> TemplatePart {
    TemplatePart::plain(text)
}
