use base::{Lang, Moment};
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};
use sigma::Level;

const JA: &str = include_str!("../../../../content/words/ja/hunt.ftl");
const EN: &str = include_str!("../../../../content/words/en/hunt.ftl");

/// The words of a report in one language; from `content/words/ja/hunt.ftl` and its pair.
pub(super) struct Words {
    pub lang: Lang,
    bundle: FluentBundle<FluentResource>,
    /// Of local time from UTC, in milliseconds.
    east: i64,
}

impl Words {
    /// A file that cannot be read gives keys in brackets; a test holds that ours can.
    pub fn new(lang: Lang, east: i64) -> Words {
        let text = match lang {
            Lang::Ja => JA,
            Lang::En => EN,
        };
        let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(resource, _)| resource);
        let mut bundle = FluentBundle::new(vec![lang.code().parse().unwrap_or_default()]);
        // Isolation marks would stand in the HTML around every value.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Words { lang, bundle, east }
    }

    pub fn t(&self, key: &str) -> String {
        self.with(key, &[])
    }

    /// With one number, which chooses the plural.
    pub fn n(&self, key: &str, n: u64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", n);
        self.say(key, &args)
    }

    /// With texts.
    pub fn with(&self, key: &str, values: &[(&'static str, &str)]) -> String {
        let mut args = FluentArgs::new();
        values.iter().for_each(|(name, value)| args.set(*name, (*value).to_owned()));
        self.say(key, &args)
    }

    fn say(&self, key: &str, args: &FluentArgs<'_>) -> String {
        match self.bundle.get_message(key).and_then(|message| message.value()) {
            Some(pattern) => self.bundle.format_pattern(pattern, Some(args), &mut Vec::new()).into_owned(),
            None => format!("⟦{key}⟧"),
        }
    }

    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    pub fn level(&self, level: Level) -> String {
        self.t(&format!("hunt-level-{level}"))
    }

    /// `2026-11-23 10:02:09` in local time; words for a moment that is not known.
    pub fn second(&self, at: i64) -> String {
        if at == 0 {
            return self.t("hunt-no-time");
        }
        let text = Moment(at.saturating_add(self.east)).rfc3339();
        text.get(..19).unwrap_or(&text).replace('T', " ")
    }

    /// `2026-11-23 10:02` in local time.
    pub fn minute(&self, at: i64) -> String {
        let text = self.second(at);
        if at == 0 { text } else { text.get(..16).unwrap_or(&text).to_owned() }
    }

    /// `01:02:09Z`, with the day where UTC has another than local time.
    pub fn utc(&self, at: i64) -> String {
        if at == 0 {
            return String::new();
        }
        let (here, there) = (self.second(at), Moment(at).rfc3339());
        let from = if here.get(..10) == there.get(..10) { 11 } else { 0 };
        format!("{}Z", there.get(from..19).unwrap_or(&there).replace('T', " "))
    }

    /// `UTC+09:00`.
    pub fn zone(&self) -> String {
        let minutes = self.east / Moment::MINUTE;
        let sign = if minutes < 0 { '-' } else { '+' };
        format!("UTC{sign}{:02}:{:02}", (minutes / 60).abs(), (minutes % 60).abs())
    }

    /// A few names as one text, the rest as a number.
    pub fn list(&self, names: &[String], most: usize) -> String {
        let join = self.t("hunt-list-join");
        let mut said = names.iter().take(most).cloned().collect::<Vec<_>>().join(&join);
        if names.len() > most {
            said.push_str(&join);
            said.push_str(&self.n("hunt-and-more", (names.len() - most) as u64));
        }
        said
    }

    /// A number with its thousands apart.
    pub fn number(&self, n: u64) -> String {
        base::thousands(n)
    }
}
