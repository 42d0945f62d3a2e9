//! The words of pages: Fluent files under `content/words/`, one pair (ja, en) a slice.

use crate::Content;
use base::{Day, Lang, Moment};
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

/// All words in both languages.
pub struct Book {
    ja: FluentBundle<FluentResource>,
    en: FluentBundle<FluentResource>,
    keys: [BTreeSet<String>; 2],
}

/// What is wrong with a file of words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WordFault {
    #[error("{file}: {why}")]
    Unreadable { file: String, why: String },
    #[error("{key}: said in only one language ({missing} is missing)")]
    OneLanguage { key: String, missing: &'static str },
}

impl Book {
    /// Reads every `words/<language>/<slice>.ftl` of the content.
    pub fn of(content: &Content) -> (Book, Vec<WordFault>) {
        let read = |lang: Lang| {
            let paths = content.list(&format!("words/{}/", lang.code()));
            paths.into_iter().filter_map(move |path| content.text(&path).map(|text| (lang, path, text)))
        };
        let files: Vec<(Lang, String, String)> = Lang::ALL.into_iter().flat_map(read).collect();
        Book::read(files.iter().map(|(lang, path, text)| (*lang, path.as_str(), text.as_str())))
    }

    /// Reads the files: language, file name, text. Every fault is reported; what can be read is.
    pub fn read<'a>(files: impl IntoIterator<Item = (Lang, &'a str, &'a str)>) -> (Book, Vec<WordFault>) {
        let mut faults = Vec::new();
        let bundle = |lang: Lang| {
            let mut bundle = FluentBundle::new_concurrent(vec![lang.code().parse().unwrap_or_default()]);
            // Isolation marks would stand in the HTML around every value.
            bundle.set_use_isolating(false);
            bundle
        };
        let mut book = Book { ja: bundle(Lang::Ja), en: bundle(Lang::En), keys: Default::default() };
        for (lang, file, text) in files {
            let mut fault = |why: String| faults.push(WordFault::Unreadable { file: file.to_owned(), why });
            let resource = match FluentResource::try_new(text.to_owned()) {
                Ok(resource) => resource,
                Err((resource, errors)) => {
                    errors.iter().for_each(|error| fault(format!("{error:?}")));
                    resource
                }
            };
            let keys = resource.entries().filter_map(|entry| match entry {
                fluent_syntax::ast::Entry::Message(message) => Some(message.id.name.to_owned()),
                _ => None,
            });
            book.keys[lang as usize].extend(keys);
            let bundle = if lang == Lang::Ja { &mut book.ja } else { &mut book.en };
            if let Err(errors) = bundle.add_resource(resource) {
                errors.iter().for_each(|error| fault(error.to_string()));
            }
        }
        for (here, there, missing) in [(0, 1, "en"), (1, 0, "ja")] {
            let only = book.keys[here].difference(&book.keys[there]);
            faults.extend(only.map(|key| WordFault::OneLanguage { key: key.clone(), missing }));
        }
        (book, faults)
    }

    /// Is there such a key?
    pub fn has(&self, key: &str) -> bool {
        self.keys[0].contains(key) && self.keys[1].contains(key)
    }

    /// All keys, in order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.keys[0].iter().map(String::as_str)
    }

    fn say(&self, lang: Lang, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = if lang == Lang::Ja { &self.ja } else { &self.en };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            tracing::error!(key, "no words for {key}");
            return format!("⟦{key}⟧");
        };
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, args, &mut errors);
        if !errors.is_empty() {
            tracing::error!(key, "the words of {key} lack a value: {errors:?}");
        }
        said.into_owned()
    }
}

/// The words in one reader's language. Cheap to clone; templates call it `w`.
#[derive(Clone)]
pub struct Words {
    pub lang: Lang,
    book: Arc<Book>,
}

impl Words {
    pub fn new(book: Arc<Book>, lang: Lang) -> Words {
        Words { lang, book }
    }

    /// The words of a key.
    pub fn t(&self, key: &str) -> String {
        self.book.say(self.lang, key, None)
    }

    /// The words of a key with one value filled in; a number also chooses the plural.
    pub fn n<'a>(&self, key: &str, name: &'a str, value: impl Into<FluentValue<'a>>) -> String {
        let mut args = FluentArgs::new();
        args.set(name, value);
        self.book.say(self.lang, key, Some(&args))
    }

    /// The words of a key with several texts filled in; a text that is a whole number chooses plurals too.
    pub fn with<N: AsRef<str>, V: AsRef<str>>(&self, key: &str, values: &[(N, V)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in values {
            let (name, value) = (Cow::Borrowed(name.as_ref()), value.as_ref());
            match value.parse::<i64>() {
                Ok(number) if number.to_string() == value => args.set(name, number),
                _ => args.set(name, value.to_owned()),
            }
        }
        self.book.say(self.lang, key, Some(&args))
    }

    /// Does the book have such a key? For texts that a machine names by code.
    pub fn has(&self, key: &str) -> bool {
        self.book.has(key)
    }

    /// `2026年4月1日` or `1 April 2026`.
    pub fn day(&self, day: Day) -> String {
        let (year, month, date) = (day.year(), day.month(), day.day_of_month());
        match self.lang {
            Lang::Ja => format!("{year}年{month}月{date}日"),
            Lang::En => format!("{date} {} {year}", month_name(month)),
        }
    }

    /// A day and the time on it, in Japan: `2026年4月1日 9:05` or `1 April 2026, 9:05`.
    pub fn moment(&self, at: Moment) -> String {
        let clock = at.minute_in_japan();
        let clock = clock.get(11..).unwrap_or_default().trim_start_matches('0');
        let clock = if clock.starts_with(':') { format!("0{clock}") } else { clock.to_owned() };
        match self.lang {
            Lang::Ja => format!("{} {clock}", self.day(at.day())),
            Lang::En => format!("{}, {clock}", self.day(at.day())),
        }
    }

    /// How long ago: `いま`, `5分前`, `3 hours ago`; the day where it is more than a week, or in the future.
    pub fn ago(&self, at: Moment, now: Moment) -> String {
        let passed = now.since(at);
        let say = |key, unit: i64| self.n(key, "n", passed / unit);
        match passed {
            ..0 => self.moment(at),
            0..Moment::MINUTE => self.t("web-ago-now"),
            Moment::MINUTE..Moment::HOUR => say("web-ago-minutes", Moment::MINUTE),
            Moment::HOUR..Moment::DAY => say("web-ago-hours", Moment::HOUR),
            Moment::DAY..604_800_000 => say("web-ago-days", Moment::DAY),
            _ => self.day(at.day()),
        }
    }
}

fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month - 1).ok().and_then(|at| NAMES.get(at)).copied().unwrap_or_default()
}
