use base::Lang;
use fluent_bundle::{FluentArgs, FluentBundle, FluentResource};

/// The agent's words in one language: its own, and those for what its checks find.
pub struct Words(FluentBundle<FluentResource>);

const JA: [&str; 2] =
    [include_str!("../../../content/words/ja/agent.ftl"), include_str!("../../../content/words/ja/evidence.ftl")];
const EN: [&str; 2] =
    [include_str!("../../../content/words/en/agent.ftl"), include_str!("../../../content/words/en/evidence.ftl")];

impl Words {
    pub fn of(lang: Lang) -> Words {
        let (tag, texts) = match lang {
            Lang::Ja => ("ja", JA),
            Lang::En => ("en", EN),
        };
        let mut bundle = FluentBundle::new(tag.parse().into_iter().collect());
        bundle.set_use_isolating(false);
        for text in texts {
            let resource = match FluentResource::try_new(text.to_owned()) {
                Ok(resource) => resource,
                Err((resource, _)) => resource,
            };
            let _ = bundle.add_resource(resource);
        }
        Words(bundle)
    }

    /// The words of a key, filled in; the key itself where there are none.
    pub fn say(&self, key: &str, values: &[(String, String)]) -> String {
        let Some(pattern) = self.0.get_message(key).and_then(|message| message.value()) else { return key.to_owned() };
        let mut args = FluentArgs::new();
        for (name, value) in values {
            match value.parse::<i64>() {
                Ok(number) => args.set(name.as_str(), number),
                Err(_) => args.set(name.as_str(), value.as_str()),
            }
        }
        self.0.format_pattern(pattern, Some(&args), &mut Vec::new()).into_owned()
    }
}

/// The language that the terminal asks for; English where it asks for neither, since it may not show Japanese.
pub fn of_terminal() -> Lang {
    let asked =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match asked {
        Some(asked) if asked.starts_with("ja") => Lang::Ja,
        _ => Lang::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: [&str; 2]) -> Vec<String> {
        let lines = texts.into_iter().flat_map(str::lines);
        let keys = lines.filter_map(|line| line.split_once(" =").map(|(key, _)| key.to_owned()));
        keys.filter(|key| key.starts_with(char::is_alphabetic)).collect()
    }

    #[test]
    fn both_languages_say_the_same_things() {
        assert_eq!(keys(JA), keys(EN));
        for lang in Lang::ALL {
            let words = Words::of(lang);
            for key in keys(JA) {
                assert!(words.0.has_message(&key), "{key} in {lang:?}");
            }
        }
        assert_eq!(Words::of(Lang::En).say("agent-none-such", &[]), "agent-none-such");
    }
}
