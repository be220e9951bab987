//! The functions' signatures; generated once from `terraform metadata functions -json` of Terraform 1.11, then kept by hand. Three are OpenTofu's.

use super::Spread::{All, Own as Kept, Shallow};
use super::Type::{List, Map, Set};
use super::Unknowns::{Argument, Inside, Own};
use super::{
    Body, Function, Param, Spread, Type, Unknowns, charsets, cidr, collections, datetime, encoding, files,
    format, hash, lookup, merging, numeric, regexes, setops, splitting, strings, types,
};

const ANY: Type = Type::Any;
const BOOL: Type = Type::Bool;
const NUM: Type = Type::Number;
const STR: Type = Type::String;

const fn param(ty: Type) -> Param {
    Param { ty, nullable: false, untyped: false }
}

const fn nullable(ty: Type) -> Param {
    Param { ty, nullable: true, untyped: true }
}

/// Null is an answer, but not of which type.
const NULLABLE: Param = Param { ty: ANY, nullable: true, untyped: false };

/// A value of any type, even of one that is not known.
const WHATEVER: Param = Param { ty: ANY, nullable: false, untyped: true };

/// A function with a fixed number of arguments.
const fn fun(
    name: &'static str,
    params: &'static [Param],
    result: Type,
    unknowns: Unknowns,
    spread: Spread,
    body: Body,
) -> Function {
    Function { name, params, variadic: None, result, unknowns, spread, body }
}

impl Function {
    /// More arguments may follow.
    const fn and(mut self, variadic: Param) -> Self {
        self.variadic = Some(variadic);
        self
    }
}

/// Sorted by name.
pub(super) static FUNCTIONS: &[Function] = &[
    fun("abs", &[param(NUM)], NUM, Argument, All, numeric::abs),
    fun("abspath", &[param(STR)], STR, Argument, All, files::abspath),
    fun("alltrue", &[param(List(&BOOL))], BOOL, Own, All, collections::alltrue),
    fun("anytrue", &[param(List(&BOOL))], BOOL, Own, All, collections::anytrue),
    fun("base64decode", &[param(STR)], STR, Own, All, encoding::base64decode),
    fun("base64encode", &[param(STR)], STR, Own, All, encoding::base64encode),
    fun("base64gunzip", &[param(STR)], STR, Own, All, encoding::base64gunzip),
    fun("base64gzip", &[param(STR)], STR, Own, All, encoding::base64gzip),
    fun("base64sha256", &[param(STR)], STR, Argument, All, hash::base64sha256),
    fun("base64sha512", &[param(STR)], STR, Argument, All, hash::base64sha512),
    fun("basename", &[param(STR)], STR, Argument, All, files::basename),
    fun("bcrypt", &[param(STR)], STR, Own, All, types::impure).and(param(NUM)),
    fun("ceil", &[param(NUM)], NUM, Argument, All, numeric::ceil),
    fun("chomp", &[param(STR)], STR, Own, All, strings::chomp),
    fun(
        "chunklist",
        &[param(List(&ANY)), param(NUM)],
        List(&List(&ANY)),
        Argument,
        Shallow,
        collections::chunklist,
    ),
    fun("cidrcontains", &[param(STR), param(STR)], BOOL, Argument, All, cidr::cidrcontains),
    fun("cidrhost", &[param(STR), param(NUM)], STR, Argument, All, cidr::cidrhost),
    fun("cidrnetmask", &[param(STR)], STR, Argument, All, cidr::cidrnetmask),
    fun("cidrsubnet", &[param(STR), param(NUM), param(NUM)], STR, Argument, All, cidr::cidrsubnet),
    fun("cidrsubnets", &[param(STR)], List(&STR), Argument, All, cidr::cidrsubnets).and(param(NUM)),
    fun("coalesce", &[], ANY, Own, All, merging::coalesce).and(nullable(ANY)),
    fun("coalescelist", &[], ANY, Own, All, merging::coalescelist).and(nullable(ANY)),
    fun("compact", &[param(List(&STR))], List(&STR), Own, All, collections::compact),
    fun("concat", &[], ANY, Own, Shallow, merging::concat).and(param(ANY)),
    fun("contains", &[param(ANY), param(ANY)], BOOL, Argument, All, collections::contains),
    fun("csvdecode", &[param(STR)], ANY, Inside, All, encoding::csvdecode),
    fun("dirname", &[param(STR)], STR, Argument, All, files::dirname),
    fun("distinct", &[param(List(&ANY))], List(&ANY), Own, All, collections::distinct),
    fun("element", &[param(ANY), param(NUM)], ANY, Own, Shallow, collections::element),
    fun("endswith", &[param(STR), param(STR)], BOOL, Own, All, strings::endswith),
    fun("ephemeralasnull", &[nullable(ANY)], ANY, Own, Kept, types::ephemeralasnull),
    fun("file", &[param(STR)], STR, Argument, All, files::file),
    fun("filebase64", &[param(STR)], STR, Argument, All, files::filebase64),
    fun("filebase64sha256", &[param(STR)], STR, Argument, All, hash::filebase64sha256),
    fun("filebase64sha512", &[param(STR)], STR, Argument, All, hash::filebase64sha512),
    fun("fileexists", &[param(STR)], BOOL, Argument, All, files::fileexists),
    fun("filemd5", &[param(STR)], STR, Argument, All, hash::filemd5),
    fun("fileset", &[param(STR), param(STR)], Set(&STR), Argument, All, files::fileset),
    fun("filesha1", &[param(STR)], STR, Argument, All, hash::filesha1),
    fun("filesha256", &[param(STR)], STR, Argument, All, hash::filesha256),
    fun("filesha512", &[param(STR)], STR, Argument, All, hash::filesha512),
    fun("flatten", &[param(ANY)], ANY, Own, Shallow, merging::flatten),
    fun("floor", &[param(NUM)], NUM, Argument, All, numeric::floor),
    fun("format", &[param(STR)], ANY, Own, All, format::format).and(NULLABLE),
    fun("formatdate", &[param(STR), param(STR)], STR, Argument, All, datetime::formatdate),
    fun("formatlist", &[param(STR)], ANY, Own, All, format::formatlist).and(NULLABLE),
    fun("indent", &[param(NUM), param(STR)], STR, Own, All, strings::indent),
    fun("index", &[param(ANY), param(ANY)], NUM, Argument, All, collections::index),
    fun("issensitive", &[nullable(ANY)], BOOL, Own, Kept, types::issensitive),
    fun("join", &[param(STR)], STR, Own, All, strings::join).and(param(List(&STR))),
    fun("jsondecode", &[param(STR)], ANY, Own, All, encoding::jsondecode),
    fun("jsonencode", &[nullable(ANY)], STR, Own, All, encoding::jsonencode),
    fun("keys", &[param(ANY)], ANY, Own, Shallow, lookup::keys),
    fun("length", &[WHATEVER], NUM, Own, Shallow, collections::length),
    fun("log", &[param(NUM), param(NUM)], NUM, Argument, All, numeric::log),
    fun("lookup", &[param(ANY), param(STR)], ANY, Own, Shallow, lookup::lookup).and(nullable(ANY)),
    fun("lower", &[param(STR)], STR, Own, All, strings::lower),
    fun(
        "matchkeys",
        &[param(List(&ANY)), param(List(&ANY)), param(List(&ANY))],
        List(&ANY),
        Own,
        All,
        collections::matchkeys,
    ),
    fun("max", &[], NUM, Inside, All, numeric::max).and(param(NUM)),
    fun("md5", &[param(STR)], STR, Argument, All, hash::md5),
    fun("merge", &[], ANY, Own, Shallow, merging::merge).and(nullable(ANY)),
    fun("min", &[], NUM, Inside, All, numeric::min).and(param(NUM)),
    fun("nonsensitive", &[nullable(ANY)], ANY, Own, Kept, types::nonsensitive),
    fun("one", &[param(ANY)], ANY, Own, Shallow, collections::one),
    fun("parseint", &[param(ANY), param(NUM)], NUM, Own, All, numeric::parseint),
    fun("pathexpand", &[param(STR)], STR, Argument, All, files::pathexpand),
    fun("plantimestamp", &[], STR, Own, All, types::impure),
    fun("pow", &[param(NUM), param(NUM)], NUM, Argument, All, numeric::pow),
    fun("range", &[], List(&NUM), Inside, All, numeric::range).and(param(NUM)),
    fun("regex", &[param(STR), param(STR)], ANY, Own, All, regexes::regex),
    fun("regexall", &[param(STR), param(STR)], List(&ANY), Own, All, regexes::regexall),
    fun("replace", &[param(STR), param(STR), param(STR)], STR, Own, All, splitting::replace),
    fun("reverse", &[param(ANY)], ANY, Own, Shallow, collections::reverse),
    fun("rsadecrypt", &[param(STR), param(STR)], STR, Own, All, types::rsadecrypt),
    fun("sensitive", &[nullable(ANY)], ANY, Own, Kept, types::sensitive),
    fun("setintersection", &[param(Set(&ANY))], Set(&ANY), Own, All, setops::setintersection)
        .and(param(Set(&ANY))),
    fun("setproduct", &[], ANY, Own, Shallow, setops::setproduct).and(param(ANY)),
    fun("setsubtract", &[param(Set(&ANY)), param(Set(&ANY))], Set(&ANY), Own, All, setops::setsubtract),
    fun("setunion", &[param(Set(&ANY))], Set(&ANY), Own, All, setops::setunion).and(param(Set(&ANY))),
    fun("sha1", &[param(STR)], STR, Argument, All, hash::sha1),
    fun("sha256", &[param(STR)], STR, Argument, All, hash::sha256),
    fun("sha512", &[param(STR)], STR, Argument, All, hash::sha512),
    fun("signum", &[param(NUM)], NUM, Argument, All, numeric::signum),
    fun("slice", &[param(ANY), param(NUM), param(NUM)], ANY, Own, Shallow, collections::slice),
    fun("sort", &[param(List(&STR))], List(&STR), Own, All, collections::sort),
    fun("split", &[param(STR), param(STR)], List(&STR), Own, All, splitting::split),
    fun("startswith", &[param(STR), param(STR)], BOOL, Own, All, strings::startswith),
    fun("strcontains", &[param(STR), param(STR)], BOOL, Own, All, strings::strcontains),
    fun("strrev", &[param(STR)], STR, Argument, All, strings::strrev),
    fun("substr", &[param(STR), param(NUM), param(NUM)], STR, Own, All, strings::substr),
    fun("sum", &[param(ANY)], NUM, Own, All, numeric::sum),
    fun("templatefile", &[param(STR), param(ANY)], ANY, Own, All, files::templatefile),
    fun("templatestring", &[param(STR), param(ANY)], STR, Own, All, files::templatestring),
    fun("textdecodebase64", &[param(STR), param(STR)], STR, Argument, All, charsets::textdecodebase64),
    fun("textencodebase64", &[param(STR), param(STR)], STR, Argument, All, charsets::textencodebase64),
    fun("timeadd", &[param(STR), param(STR)], STR, Argument, All, datetime::timeadd),
    fun("timecmp", &[param(STR), param(STR)], NUM, Argument, All, datetime::timecmp),
    fun("timestamp", &[], STR, Own, All, types::impure),
    fun("title", &[param(STR)], STR, Own, All, strings::title),
    fun("tobool", &[nullable(ANY)], BOOL, Own, Shallow, types::tobool),
    fun("tolist", &[nullable(ANY)], List(&ANY), Own, Shallow, types::tolist),
    fun("tomap", &[nullable(ANY)], Map(&ANY), Own, Shallow, types::tomap),
    fun("tonumber", &[nullable(ANY)], NUM, Own, Shallow, types::tonumber),
    fun("toset", &[nullable(ANY)], Set(&ANY), Own, Shallow, types::toset),
    fun("tostring", &[nullable(ANY)], STR, Own, Shallow, types::tostring),
    fun("transpose", &[param(Map(&List(&STR)))], Map(&List(&STR)), Inside, All, merging::transpose),
    fun("trim", &[param(STR), param(STR)], STR, Own, All, strings::trim),
    fun("trimprefix", &[param(STR), param(STR)], STR, Own, All, strings::trimprefix),
    fun("trimspace", &[param(STR)], STR, Own, All, strings::trimspace),
    fun("trimsuffix", &[param(STR), param(STR)], STR, Own, All, strings::trimsuffix),
    fun("upper", &[param(STR)], STR, Own, All, strings::upper),
    fun("urldecode", &[param(STR)], STR, Argument, All, encoding::urldecode),
    fun("urlencode", &[param(STR)], STR, Argument, All, encoding::urlencode),
    fun("uuid", &[], STR, Own, All, types::impure),
    fun("uuidv5", &[param(STR), param(STR)], STR, Argument, All, hash::uuidv5),
    fun("values", &[param(ANY)], ANY, Own, Shallow, lookup::values),
    fun("yamldecode", &[param(STR)], ANY, Own, All, encoding::yamldecode),
    fun("yamlencode", &[nullable(ANY)], STR, Own, All, encoding::yamlencode),
    fun("zipmap", &[param(List(&STR)), param(ANY)], ANY, Own, Shallow, merging::zipmap),
];
