//! Fields of a form, drawn alike everywhere: label, hint, what was typed, and the fault beside it.
//!
//! The words of a field are `<slice>-<name>` and, where there is one, `<slice>-<name>-hint`.

use askama::Template;
use web::Words;

/// What cannot be accepted: the field and the code of the reason.
pub type Faults = Vec<(&'static str, &'static str)>;

/// Gathers the faults of a form, so that all are shown at once.
#[derive(Default)]
pub struct Checked(pub Faults);

impl Checked {
    /// The value, or nothing and a fault noted.
    pub fn take<T>(&mut self, field: &'static str, checked: Result<T, &'static str>) -> Option<T> {
        checked.map_err(|why| self.0.push((field, why))).ok()
    }
}

/// The fields of one form in one reader's language.
pub struct Form<'a> {
    w: &'a Words,
    slice: &'static str,
    faults: &'a Faults,
}

/// One field, ready to be shown.
#[derive(Template)]
#[template(path = "field.html")]
pub struct Field {
    name: &'static str,
    id: String,
    label: String,
    hint: Option<String>,
    fault: Option<String>,
    optional: Option<String>,
    value: String,
    kind: &'static str,
    complete: &'static str,
    mode: &'static str,
    short: bool,
    required: bool,
    /// For a choice: codes and names.
    choices: Option<Vec<(String, String)>>,
    unchosen: String,
}

impl<'a> Form<'a> {
    pub fn new(w: &'a Words, slice: &'static str, faults: &'a Faults) -> Form<'a> {
        Form { w, slice, faults }
    }

    /// A line of text that must be filled in.
    pub fn line(&self, name: &'static str, value: &str) -> Field {
        self.worded(name, name, value)
    }

    /// A line whose words have another name than the field.
    pub fn worded(&self, words: &str, name: &'static str, value: &str) -> Field {
        let key = format!("{}-{words}", self.slice);
        let hint = format!("{key}-hint");
        Field {
            name,
            id: format!("field-{name}"),
            label: self.w.t(&key),
            hint: self.w.has(&hint).then(|| self.w.t(&hint)),
            fault: self.faults.iter().find(|(field, _)| *field == name).map(|(_, why)| self.w.t(&format!("fault-{why}"))),
            optional: None,
            value: value.to_owned(),
            kind: "text",
            complete: "off",
            mode: "",
            short: false,
            required: true,
            choices: None,
            unchosen: String::new(),
        }
    }

    /// A line that may stay empty, and says so.
    pub fn optional(&self, name: &'static str, value: &str) -> Field {
        let optional = Some(self.w.t("company-optional"));
        Field { optional, required: false, ..self.line(name, value) }
    }

    /// One of several, by code.
    pub fn choice(&self, name: &'static str, value: &str, choices: Vec<(String, String)>) -> Field {
        let unchosen = self.w.t("company-choose");
        Field { choices: Some(choices), unchosen, ..self.line(name, value) }
    }

    /// A secret: never filled in again.
    pub fn password(&self, name: &'static str, complete: &'static str) -> Field {
        Field { kind: "password", complete, ..self.line(name, "") }
    }

    /// Is something wrong with any field?
    pub fn has_faults(&self) -> bool {
        !self.faults.is_empty()
    }
}

impl Field {
    /// What a browser may fill in by itself (HTML `autocomplete`).
    pub fn complete(self, complete: &'static str) -> Field {
        Field { complete, ..self }
    }

    pub fn kind(self, kind: &'static str) -> Field {
        Field { kind, ..self }
    }

    /// A short field for digits.
    pub fn digits(self) -> Field {
        Field { mode: "numeric", short: true, ..self }
    }

    /// Needed, but the browser may send the form without it: another way to go on exists.
    pub fn or_another_way(self) -> Field {
        Field { required: false, ..self }
    }

    fn described_by(&self) -> String {
        let hint = self.hint.as_ref().map(|_| format!("{}-hint", self.id));
        let fault = self.fault.as_ref().map(|_| format!("{}-fault", self.id));
        [hint, fault].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}
