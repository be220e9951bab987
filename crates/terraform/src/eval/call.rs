//! Function calls, and what functions may ask of the evaluator.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iaclint_source::{FileKind, Problem, ProblemKind, SourceFile, Span};
use iaclint_value::{Name, OriginArena, Piece, Text, Why};

use super::access::references_in;
use super::{Env, Evaluator, Fault};
use crate::functions::{self, Host, TemplateSource};
use crate::ir::{Call, E, Expr, Part};
use crate::lower;
use crate::module::Module;
use crate::ty::Ty;
use crate::val::{K, Unk, Val};
use crate::version::Language;

/// The most files that `fileset` lists.
const MAX_FILES: usize = 10_000;

/// How much a value is for a function that goes through it.
fn extent(value: &Val) -> usize {
    let inside = value.elements().map(<[Val]>::len).or_else(|| value.fields().map(Vec::len));
    let text = || value.as_str().map_or(0, |text| text.len() / 16);
    1 + inside.unwrap_or_else(text)
}

impl Evaluator<'_, '_> {
    #[inline(never)]
    pub(super) fn call(&mut self, call: &Call, span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let plain = call.name.strip_prefix("core::").unwrap_or(&call.name);
        match plain {
            "try" => return self.try_call(call, span, env),
            "can" => return self.can_call(call, span, env),
            "convert" if self.speaks(env.scope, |m| m.language >= Language::Convert || m.is_tofu) => {
                return self.convert_call(call, span, env);
            }
            "templatefile" | "templatestring" if env.isolated => {
                return Err(Fault::new(span, format!("a template cannot call {plain}()")));
            }
            _ => {}
        }
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            let value = self.eval(argument, env)?;
            arguments.push(self.whole(value));
        }
        if plain == "templatestring"
            && !call.arguments.first().is_some_and(is_name)
            && !arguments.get(1).is_some_and(Val::is_unknown)
        {
            let at = call.arguments.first().map_or(span, |a| a.span);
            return Err(Fault::new(at, "the template must be named, not computed on the spot")
                .with_help("give it a name in locals, and pass local.<name>"));
        }
        if call.name.contains("::") && !call.name.starts_with("core::") {
            return self.provider_function(call, &arguments, span, env);
        }
        if call.expand
            && let Some(last) = arguments.pop()
        {
            match last.elements() {
                Some(items) => arguments.extend(items.iter().map(|i| i.clone().marked(last.marks))),
                None if last.as_unknown().is_some_and(|u| u.ty == Ty::Dynamic || u.ty.is_sequence()) => {
                    return Ok(self.expanded_unknown(call, arguments, &last, span, env));
                }
                None => {
                    let at = call.arguments.last().map_or(span, |a| a.span);
                    return Err(Fault::new(at, "what stands before ... is not a list"));
                }
            }
        }
        self.function(call, &arguments, span, env.scope)
    }

    /// Whether a module or its root is written in a language with an addition. A plan needs proof; otherwise what is used is taken
    /// to be there.
    fn speaks(&self, scope: usize, addition: fn(&Module) -> bool) -> bool {
        !self.planning
            || [scope, 0].iter().any(|at| self.scopes.get(*at).is_some_and(|s| addition(&s.module)))
    }

    /// `convert(value, type)` of Terraform 1.15 and OpenTofu.
    #[inline(never)]
    fn convert_call(&mut self, call: &Call, span: Span, env: Env<'_>) -> Result<Val, Fault> {
        let [value, ty] = call.arguments.as_slice() else {
            return Err(Fault::new(span, "convert() takes a value and a type"));
        };
        let given = self.eval(value, env)?;
        let given = self.whole(given);
        let ty = self.constraint(ty);
        crate::convert::convert(&given, &ty).map_err(|e| Fault::new(value.span, e))
    }

    #[inline(never)]
    fn function(&mut self, call: &Call, arguments: &[Val], span: Span, scope: usize) -> Result<Val, Fault> {
        let name = call.name.strip_prefix("core::").unwrap_or(&call.name);
        if functions::is_of_tofu(name) && !self.speaks(scope, |m| m.is_tofu) {
            return Err(Fault::new(
                call.name_span,
                format!("there is no function named {name:?} in Terraform"),
            )
            .with_help("OpenTofu has it: name the file .tofu"));
        }
        let taken: usize = arguments.iter().map(extent).sum();
        if self.handled < taken {
            self.root_limit(span, "the functions of this root take more than is evaluated");
            let origin = self.written(span);
            return Ok(Val::unknown(Why::Limit, origin));
        }
        self.unread = None;
        let value = functions::call(self, name, arguments, span);
        let given = value.as_ref().map_or(0, extent);
        self.handled = self.handled.saturating_sub(taken + given);
        let unread = self.unread.take();
        let missing = unread.is_some();
        if let (Err(error), Some(path), false) = (&value, unread, self.catching || self.planning) {
            // A file that a build puts there is no fault of the configuration.
            if !self.doubtful {
                self.problem(Problem::at(ProblemKind::NotEvaluated, span, error.message.clone()));
            }
            let origin = self.written(span);
            return Ok(Val::unknown(Why::File(path), origin));
        }
        value.map_err(|error| {
            let at = match error.argument {
                _ if error.unknown_function => call.name_span,
                Some(_) if self.planning && call.expand => call.arguments.last().map_or(span, |a| a.span),
                None if self.planning && missing => call.arguments.first().map_or(span, start),
                None if self.planning && arguments.is_empty() => {
                    span.slice(span.len().saturating_sub(1)..span.len())
                }
                Some(index) if self.planning => {
                    let last = call.arguments.len().saturating_sub(1);
                    call.arguments.get(index.min(last)).map_or(span, start)
                }
                // With the parenthesis behind it.
                None if self.planning => Span { end: call.name_span.end + 1, ..call.name_span },
                Some(index) => {
                    let last = call.arguments.len().saturating_sub(1);
                    call.arguments.get(index.min(last)).map_or(span, |a| a.span)
                }
                None => span,
            };
            Fault::new(at, error.message)
        })
    }

    /// `f(a, unknown...)`: with what is known of the unknown list, and open to more.
    #[inline(never)]
    fn expanded_unknown(
        &mut self,
        call: &Call,
        mut arguments: Vec<Val>,
        last: &Val,
        span: Span,
        env: Env<'_>,
    ) -> Val {
        let unk = last.as_unknown().cloned().unwrap_or_else(|| Unk::new(Why::Count));
        let collecting =
            matches!(call.name.as_str(), "concat" | "merge" | "setunion" | "flatten" | "distinct");
        let partial = if collecting {
            arguments.extend(unk.partial.as_deref().and_then(Val::elements).into_iter().flatten().cloned());
            if arguments.is_empty() { None } else { self.function(call, &arguments, span, env.scope).ok() }
        } else {
            None
        };
        let mut out = Unk::new(unk.why);
        out.depends_on = unk.depends_on;
        for argument in &arguments {
            references_in(argument, &mut out.depends_on);
        }
        out.partial = partial.filter(|p| p.elements().is_some() || p.fields().is_some()).map(Box::new);
        let origin = self.written(span);
        Val::new(K::Unknown(Arc::new(out)), origin).marked(last.marks)
    }

    /// The directory that relative paths start from, as `terraform` is run in the root module.
    pub(super) fn path_of(&self, path: &str) -> PathBuf {
        let root = self.scopes.first().map_or(Path::new("/"), |s| s.module.directory.as_path());
        self.loader.project().absolute(&root.join(path))
    }

    /// Evaluates a parsed template with nothing in sight but its variables.
    fn rendered(&mut self, parts: &[Part], variables: &Val, span: Span) -> Result<Val, String> {
        if self.depth > super::MAX_DEPTH {
            return Ok(self.too_deep(span));
        }
        let names: Vec<(Name, Val)> = match variables.fields() {
            Some(fields) => {
                fields.iter().map(|(n, _, v)| (n.clone(), v.clone().marked(variables.marks))).collect()
            }
            None => match variables.as_unknown() {
                Some(_) => return Ok(super::iterate::unknown_from(variables, Ty::String)),
                None => return Err("the variables of a template are an object".to_owned()),
            },
        };
        let env = Env { scope: 0, bound: None, isolated: true };
        self.depth += 1;
        let value = self.bound(env, &names, |me, env| match parts {
            [Part::Value(expr)] => me.eval(expr, env),
            _ => me.template(parts, span, env),
        });
        self.depth -= 1;
        value.map_err(|fault| {
            let at = self.loader.project().sources().display(fault.0.span);
            format!("{} ({at})", fault.0.message)
        })
    }
}

impl Host for Evaluator<'_, '_> {
    fn is_strict(&self) -> bool {
        self.planning
    }

    fn origins(&mut self) -> &mut OriginArena {
        &mut self.origins
    }

    fn read_text(&mut self, path: &str) -> Result<Arc<SourceFile>, String> {
        let read = self.loader.project().read_text(&self.path_of(path));
        read.map_err(|error| {
            self.unread = Some(path.into());
            format!("cannot read {path}: {error}")
        })
    }

    fn read_bytes(&mut self, path: &str) -> Result<Vec<u8>, String> {
        let read = self.loader.project().read_bytes(&self.path_of(path));
        read.map_err(|error| {
            self.unread = Some(path.into());
            format!("cannot read {path}: {error}")
        })
    }

    fn list_files(&mut self, directory: &str) -> Result<Vec<String>, String> {
        let project = self.loader.project();
        let base = self.path_of(directory);
        let mut out = Vec::new();
        let mut todo = vec![(base, String::new(), 0_usize)];
        while let Some((at, prefix, depth)) = todo.pop() {
            let entries = match project.read_dir(&at) {
                Ok(entries) => entries,
                Err(_) if depth > 0 => continue,
                Err(error) => return Err(format!("cannot list {directory}: {error}")),
            };
            for entry in entries {
                if out.len() >= MAX_FILES {
                    break;
                }
                let path = at.join(&entry.name);
                let name = format!("{prefix}{}", entry.name);
                let kind =
                    if entry.kind == FileKind::Link { project.kind(&path).ok() } else { Some(entry.kind) };
                match kind {
                    Some(FileKind::File(_)) => out.push(name),
                    // A link to a directory may lead in a circle.
                    Some(FileKind::Directory) if entry.kind == FileKind::Directory && depth < 32 => {
                        todo.push((path, format!("{name}/"), depth + 1));
                    }
                    _ => {}
                }
            }
        }
        out.sort();
        Ok(out)
    }

    fn render_template(
        &mut self,
        source: TemplateSource<'_>,
        variables: &Val,
        span: Span,
    ) -> Result<Val, String> {
        match source {
            TemplateSource::File(path) => {
                let place = self.path_of(path);
                let parts = self.loader.template(&place).map_err(|problem| {
                    if problem.span.is_none() {
                        self.unread = Some(path.into());
                    }
                    let at = problem.span.map(|s| self.loader.project().sources().display(s));
                    match at {
                        Some(at) => format!("{} ({at})", problem.message),
                        None => problem.message,
                    }
                })?;
                self.rendered(&parts, variables, span)
            }
            TemplateSource::Text(value) => {
                let Some(text) = value.as_str() else {
                    return Ok(super::iterate::unknown_from(value, Ty::String));
                };
                let text = text.to_owned();
                let (base, place) = place_of(value, &text).unwrap_or((span.start as usize, span));
                let parts = lower::template(place.file, "", &text, base).map_err(|p| p.message)?;
                self.rendered(&parts, variables, span)
            }
        }
    }
}

/// The first word or sign of an expression: where Terraform points at an argument.
fn start(expr: &Expr) -> Span {
    match &expr.kind {
        E::Null | E::Bool(_) | E::Num(_) | E::Root(_) => expr.span,
        E::Text(..) => expr.placed().span,
        E::Access(base, steps) if matches!(base.kind, E::Root(_)) => {
            let plain = steps.iter().take_while(|step| step.is_plain()).count();
            match steps.get(plain.wrapping_sub(1)) {
                Some(_) if plain == steps.len() => expr.span,
                Some(step) => base.span.to(step.span),
                None => base.span,
            }
        }
        E::Access(base, _) => start(base),
        E::Call(call) => call.name_span,
        E::Binary(_, sides) => start(&sides[0]),
        E::Conditional(parts) => start(&parts[0]),
        _ => expr.span.slice(0..1),
    }
}

/// Whether an expression is a name with steps, as it stands.
fn is_name(expr: &Expr) -> bool {
    match &expr.kind {
        E::Root(_) => true,
        E::Access(base, _) => matches!(base.kind, E::Root(_)),
        _ => false,
    }
}

/// Where a text stands verbatim in a file.
fn place_of(value: &Val, text: &str) -> Option<(usize, Span)> {
    let K::Str(str) = &value.k else { return None };
    let placed: &Text = str.placed.as_ref()?;
    let [Piece::Literal(literal)] = placed.pieces() else { return None };
    let placed = literal.placed.as_ref()?;
    let verbatim = placed.breaks.is_empty() && placed.span.len() == text.len();
    verbatim.then_some((placed.span.start as usize, placed.span))
}

/// Whether nothing in a value is unknown.
pub(super) fn is_whole(value: &Val) -> bool {
    match &value.k {
        K::Unknown(_) => false,
        K::List(_, items) | K::Set(_, items) | K::Tuple(items) => items.iter().all(is_whole),
        K::Map(_, fields) | K::Object(fields) => fields.iter().all(|(_, _, v)| is_whole(v)),
        K::Null(_) | K::Bool(_) | K::Num(_) | K::Str(_) => true,
    }
}
