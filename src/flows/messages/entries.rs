//! What stands in a Fluent file and where: its messages, attributes and terms, with what each uses.
//!
//! The tree of `fluent-syntax` has no places, but its names are slices of the text it was read from: their address is their place.

use fluent_syntax::ast;

use super::lines::Lines;
use crate::flows::mistake::At;

/// A message, a term, or an attribute of one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// `menu`, or `-brand` for a term.
    pub id: String,
    pub attribute: Option<String>,
    pub at: At,
    /// Whether it has a text of its own (a message may have attributes only).
    pub valued: bool,
    pub uses: Uses,
}

/// What a text uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Uses {
    /// The flow's values, without `$`, each with its place.
    pub variables: Vec<(String, At)>,
    /// Messages, terms and attributes, by their keys.
    pub references: Vec<(String, At)>,
    pub calls: Vec<Call>,
    /// Keywords of variants, by which a number chooses.
    pub variants: Vec<Variant>,
    /// Its pieces of text: the whole, and each variant of a selection.
    pub said: Vec<Said>,
    /// Numbers of more digits than Fluent can count with.
    pub long_numbers: Vec<At>,
}

/// A function called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub name: String,
    pub at: At,
    /// The variable it is given, if it is one; texts and numbers are `None`.
    pub variable: Option<String>,
    pub arguments: usize,
    /// Options with their values.
    pub options: Vec<(String, String, At)>,
    /// Whether its result chooses among variants.
    pub selects: bool,
}

/// A variant's keyword (`one`) and what it is chosen by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variant {
    pub keyword: String,
    pub at: At,
    /// `None` if the choice is by something else than a value of the flow.
    pub variable: Option<String>,
    /// By first, second, third instead of one, two, three.
    pub ordinal: bool,
}

/// A piece of text, as far as it can be compared with another language's: what is filled in stands as `{}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub text: String,
    pub words: usize,
}

/// Fluent counts in binary fractions: sixteen digits are no longer exact, and hundreds of them no number at all.
const DIGITS_MAX: usize = 15;

impl Entry {
    /// `menu`, `menu.book`, `-brand`.
    pub(crate) fn key(&self) -> String {
        match &self.attribute {
            Some(attribute) => format!("{}.{attribute}", self.id),
            None => self.id.clone(),
        }
    }

    /// Whether this is its key.
    pub(crate) fn is(&self, key: &str) -> bool {
        match (&self.attribute, key.strip_prefix(self.id.as_str())) {
            (None, Some(rest)) => rest.is_empty(),
            (Some(attribute), Some(rest)) => rest.strip_prefix('.') == Some(attribute),
            (_, None) => false,
        }
    }

    pub(crate) fn is_term(&self) -> bool {
        self.id.starts_with('-')
    }
}

/// Lists the entries of a file in their order.
pub(crate) fn entries(resource: &ast::Resource<&str>, lines: &Lines<'_>) -> Vec<Entry> {
    let mut found = Vec::new();
    for entry in &resource.body {
        let (id, name, value, attributes) = match entry {
            ast::Entry::Message(message) => {
                (message.id.name.to_owned(), message.id.name, message.value.as_ref(), &message.attributes)
            }
            ast::Entry::Term(term) => (format!("-{}", term.id.name), term.id.name, Some(&term.value), &term.attributes),
            _ => continue,
        };
        let uses = |pattern: &ast::Pattern<&str>| {
            let mut reading = Reading { lines, uses: Uses::default() };
            reading.pattern(pattern);
            reading.uses
        };
        let at = lines.of(name, usize::from(id.starts_with('-')));
        let valued = value.is_some();
        found.push(Entry { id: id.clone(), attribute: None, at, valued, uses: value.map(uses).unwrap_or_default() });
        found.extend(attributes.iter().map(|attribute| Entry {
            id: id.clone(),
            attribute: Some(attribute.id.name.to_owned()),
            at: lines.of(attribute.id.name, 1),
            valued: true,
            uses: uses(&attribute.value),
        }));
    }
    found
}

struct Reading<'l> {
    lines: &'l Lines<'l>,
    uses: Uses,
}

impl Reading<'_> {
    fn pattern(&mut self, pattern: &ast::Pattern<&str>) {
        let mut text = String::new();
        for element in &pattern.elements {
            match element {
                ast::PatternElement::TextElement { value } => text.push_str(value),
                ast::PatternElement::Placeable { expression } => {
                    text.push_str("{}");
                    self.expression(expression);
                }
            }
        }
        let words: Vec<&str> = text.split_whitespace().collect();
        let count = words.iter().filter(|word| word.replace("{}", "").contains(char::is_alphabetic)).count();
        self.uses.said.push(Said { text: words.join(" "), words: count });
    }

    fn expression(&mut self, expression: &ast::Expression<&str>) {
        match expression {
            ast::Expression::Inline(inline) => self.inline(inline, false),
            ast::Expression::Select { selector, variants } => {
                self.inline(selector, true);
                let (variable, ordinal) = match selector {
                    ast::InlineExpression::VariableReference { id } => (Some(id.name), false),
                    ast::InlineExpression::FunctionReference { arguments, .. } => (given(arguments), true),
                    _ => (None, false),
                };
                for variant in variants {
                    match variant.key {
                        ast::VariantKey::Identifier { name } => self.uses.variants.push(Variant {
                            keyword: name.to_owned(),
                            at: self.lines.of(name, 0),
                            variable: variable.map(str::to_owned),
                            ordinal,
                        }),
                        ast::VariantKey::NumberLiteral { value } => self.number(value),
                    }
                    self.pattern(&variant.value);
                }
            }
        }
    }

    fn inline(&mut self, inline: &ast::InlineExpression<&str>, selects: bool) {
        match inline {
            ast::InlineExpression::StringLiteral { .. } => {}
            ast::InlineExpression::NumberLiteral { value } => self.number(value),
            ast::InlineExpression::VariableReference { id } => {
                self.uses.variables.push((id.name.to_owned(), self.lines.of(id.name, 1)));
            }
            ast::InlineExpression::MessageReference { id, attribute } => {
                let key =
                    attribute.as_ref().map_or_else(|| id.name.to_owned(), |of| format!("{}.{}", id.name, of.name));
                self.uses.references.push((key, self.lines.of(id.name, 0)));
            }
            // A term sees only what it is given, not the flow's values; and it is given texts and numbers only.
            ast::InlineExpression::TermReference { id, attribute, arguments } => {
                let key = attribute
                    .as_ref()
                    .map_or_else(|| format!("-{}", id.name), |of| format!("-{}.{}", id.name, of.name));
                self.uses.references.push((key, self.lines.of(id.name, 1)));
                if let Some(arguments) = arguments {
                    self.arguments(arguments);
                }
            }
            ast::InlineExpression::FunctionReference { id, arguments } => {
                let options = arguments.named.iter().map(|named| {
                    let value = match named.value {
                        ast::InlineExpression::StringLiteral { value }
                        | ast::InlineExpression::NumberLiteral { value } => value,
                        _ => "",
                    };
                    (named.name.name.to_owned(), value.to_owned(), self.lines.of(named.name.name, 0))
                });
                self.uses.calls.push(Call {
                    name: id.name.to_owned(),
                    at: self.lines.of(id.name, 0),
                    variable: given(arguments).map(str::to_owned),
                    arguments: arguments.positional.len(),
                    options: options.collect(),
                    selects,
                });
                self.arguments(arguments);
            }
            ast::InlineExpression::Placeable { expression } => self.expression(expression),
        }
    }

    fn arguments(&mut self, arguments: &ast::CallArguments<&str>) {
        let named = arguments.named.iter().map(|named| &named.value);
        arguments.positional.iter().chain(named).for_each(|argument| self.inline(argument, false));
    }

    fn number(&mut self, value: &str) {
        if value.bytes().filter(u8::is_ascii_digit).count() > DIGITS_MAX {
            self.uses.long_numbers.push(self.lines.of(value, 0));
        }
    }
}

/// The variable a function is given.
fn given<'s>(arguments: &ast::CallArguments<&'s str>) -> Option<&'s str> {
    match arguments.positional.first() {
        Some(ast::InlineExpression::VariableReference { id }) => Some(id.name),
        _ => None,
    }
}
