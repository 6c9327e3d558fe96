//! Reads an expression with CEL's parser and refuses what we do not evaluate.

use cel::common::ast::{Expr, IdedExpr, LiteralValue, operators};
use cel::parser::PrattParser;

use super::words::Pattern;
use super::{Comparison, Expression, Function, NESTING_MAX, NODES_MAX, WHOLE_MAX};
use crate::flows::mistake::did_you_mean;
use crate::flows::value::Value;

/// Longest source of one expression.
const SOURCE_CHARS_MAX: usize = 500;

/// Patterns of one expression: each is compiled.
const PATTERNS_MAX: usize = 4;

/// Reads `source`, or says in a sentence why it cannot be read.
pub(crate) fn read(source: &str) -> Result<Expression, String> {
    if source.chars().count() > SOURCE_CHARS_MAX {
        return Err(format!("an expression has at most {SOURCE_CHARS_MAX} characters"));
    }
    if source.matches("matches").count() > PATTERNS_MAX {
        return Err(format!("an expression has at most {PATTERNS_MAX} patterns"));
    }
    if nesting(source) > NESTING_MAX {
        return Err(format!("brackets nest at most {NESTING_MAX} deep"));
    }
    let tree = PrattParser::new()
        .max_recursion_depth(NESTING_MAX)
        .max_expression_node_count(NODES_MAX)
        .error_reporting_limit(1)
        .parse(&bare_has(source))
        .map_err(|errors| {
            errors.errors.first().map_or_else(|| "it cannot be read".to_owned(), |first| first.msg.clone())
        })?;
    convert(&tree)
}

/// How deep the brackets nest; the parser does not count those it only passes through. Brackets inside quotes count too.
fn nesting(source: &str) -> u16 {
    let (mut depth, mut deepest) = (0_u16, 0);
    for byte in source.bytes() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// CEL's `has` wants a field, ours takes a name and a call too: `has(hold)` is read as a call of `known`.
fn bare_has(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(found) = rest.find("has(") {
        let (before, after) = rest.split_at(found);
        let inside = &after[4..];
        let path_bytes =
            inside.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.')).unwrap_or(inside.len());
        let field = inside[..path_bytes].contains('.') && inside[path_bytes..].starts_with(')');
        let word = before.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        out.push_str(before);
        out.push_str(if field || word { "has(" } else { "known(" });
        rest = inside;
    }
    out.push_str(rest);
    out
}

fn convert(node: &IdedExpr) -> Result<Expression, String> {
    match &node.expr {
        Expr::Literal(literal) => convert_literal(literal),
        Expr::Ident(name) => Ok(Expression::Path(vec![name.clone()])),
        Expr::Select(select) => {
            let Expression::Path(mut path) = convert(&select.operand)? else {
                return Err("a field can be read of a name only".to_owned());
            };
            path.push(select.field.clone());
            Ok(if select.test { Expression::Has(path) } else { Expression::Path(path) })
        }
        Expr::Call(call) if call.target.is_none() => convert_call(&call.func_name, &call.args),
        // `text.contains("x")` is `contains(text, "x")`.
        Expr::Call(call) => {
            let first = call.target.as_deref().into_iter();
            convert_function(&call.func_name, &first.chain(&call.args).collect::<Vec<_>>())
        }
        Expr::Comprehension(_) => Err("there are no loops in an expression".to_owned()),
        Expr::List(_) => Err("a list stands only after \"in\"".to_owned()),
        Expr::Map(_) | Expr::Struct(_) => Err("there are no maps in an expression".to_owned()),
        Expr::Unspecified => Err("it is empty".to_owned()),
    }
}

fn convert_literal(literal: &LiteralValue) -> Result<Expression, String> {
    Ok(Expression::Literal(match literal {
        LiteralValue::Boolean(value) => Value::YesNo(*value.inner()),
        LiteralValue::Int(value) if (-WHOLE_MAX..=WHOLE_MAX).contains(value.inner()) => Value::Whole(*value.inner()),
        LiteralValue::Int(_) => return Err("whole numbers stay within a thousand million".to_owned()),
        LiteralValue::Double(value) => Value::Decimal(
            value.inner().to_string().parse().map_err(|error: crate::flows::value::NoDecimal| error.to_string())?,
        ),
        LiteralValue::String(value) => Value::text(value.inner()),
        _ => return Err("literals are texts in quotes, numbers, true and false".to_owned()),
    }))
}

fn convert_call(name: &str, arguments: &[IdedExpr]) -> Result<Expression, String> {
    if let Some(comparison) = comparison(name) {
        let (left, right) = pair(arguments)?;
        return Ok(Expression::Compare(comparison, left, right));
    }
    match name {
        operators::LOGICAL_NOT => {
            let [inner] = arguments else { return Err("\"!\" takes one value".to_owned()) };
            Ok(Expression::Not(Box::new(convert(inner)?)))
        }
        operators::NEGATE => {
            let [inner] = arguments else { return Err("\"-\" takes one value".to_owned()) };
            Ok(Expression::Minus(Box::new(Expression::Literal(Value::Whole(0))), Box::new(convert(inner)?)))
        }
        operators::LOGICAL_AND => pair(arguments).map(|(left, right)| Expression::And(left, right)),
        operators::LOGICAL_OR => pair(arguments).map(|(left, right)| Expression::Or(left, right)),
        operators::ADD => pair(arguments).map(|(left, right)| Expression::Plus(left, right)),
        operators::SUBSTRACT => pair(arguments).map(|(left, right)| Expression::Minus(left, right)),
        operators::MULTIPLY => pair(arguments).map(|(left, right)| Expression::Times(left, right)),
        operators::IN => convert_in(arguments),
        operators::DIVIDE | operators::MODULO => Err("there is no division in a flow".to_owned()),
        operators::CONDITIONAL => Err("there is no \"? :\"; use the step if".to_owned()),
        "known" => match convert(arguments.first().ok_or("has() needs a name")?)? {
            Expression::Path(path) => Ok(Expression::Has(path)),
            call @ (Expression::Call(..) | Expression::Found(..)) => Ok(Expression::Given(Box::new(call))),
            _ => Err("has() takes a name, or a call such as date_in(text)".to_owned()),
        },
        _ => convert_function(name, &arguments.iter().collect::<Vec<_>>()),
    }
}

fn convert_function(name: &str, arguments: &[&IdedExpr]) -> Result<Expression, String> {
    let Some((function, takes)) = Function::named(name) else {
        let mend = did_you_mean(name, Function::names(), "");
        let mend = if mend.is_empty() { mend } else { format!(", {mend}") };
        return Err(format!("there is no function {name}{mend}"));
    };
    if !takes.contains(&arguments.len()) {
        let (least, most) = (takes.start(), takes.end());
        let wanted = if least == most { least.to_string() } else { format!("{least} or {most}") };
        return Err(format!("{name} takes {wanted} values, not {}", arguments.len()));
    }
    let mut values = arguments.iter().map(|argument| convert(argument)).collect::<Result<Vec<_>, _>>()?;
    if name == "matches" {
        let Some(Expression::Literal(Value::Text(pattern))) = values.pop() else {
            return Err("a pattern is a text in quotes".to_owned());
        };
        let text = values.pop().ok_or("matches takes a text")?;
        return Ok(Expression::Matches(Box::new(text), Pattern::read(&pattern)?));
    }
    if function.looks_for().is_some() && values.len() == 1 {
        let call = vec![format!("{name}({values:?})")];
        return Ok(Expression::Found(function, values, call));
    }
    Ok(Expression::Call(function, values))
}

fn convert_in(arguments: &[IdedExpr]) -> Result<Expression, String> {
    let [left, right] = arguments else { return Err("\"in\" takes two sides".to_owned()) };
    let left = Box::new(convert(left)?);
    if let Expr::List(list) = &right.expr {
        return Ok(Expression::In(left, list.elements.iter().map(convert).collect::<Result<_, _>>()?));
    }
    match convert(right)? {
        list @ (Expression::Path(_) | Expression::Call(..)) => Ok(Expression::Within(left, Box::new(list))),
        _ => Err("after \"in\" stands a list such as [2, 4, 6], or the name of one".to_owned()),
    }
}

fn pair(arguments: &[IdedExpr]) -> Result<(Box<Expression>, Box<Expression>), String> {
    let [left, right] = arguments else { return Err("an operator takes two sides".to_owned()) };
    Ok((Box::new(convert(left)?), Box::new(convert(right)?)))
}

fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::LessOrEqual,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::GreaterOrEqual,
        _ => return None,
    })
}
