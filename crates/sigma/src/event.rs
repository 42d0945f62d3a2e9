use std::borrow::Cow;

/// One of the things an event is, in Sigma's words; an empty part is not said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Source<'a> {
    pub product: Cow<'a, str>,
    pub category: Cow<'a, str>,
    pub service: Cow<'a, str>,
}

impl<'a> Source<'a> {
    pub fn new(
        product: impl Into<Cow<'a, str>>,
        category: impl Into<Cow<'a, str>>,
        service: impl Into<Cow<'a, str>>,
    ) -> Source<'a> {
        Source { product: product.into(), category: category.into(), service: service.into() }
    }

    fn is_empty(&self) -> bool {
        self.product.is_empty() && self.category.is_empty() && self.service.is_empty()
    }

    pub(crate) fn into_owned(self) -> Source<'static> {
        Source::new(self.product.into_owned(), self.category.into_owned(), self.service.into_owned())
    }
}

/// Sources with those that follow from them, each once; empty ones are left out.
pub(crate) fn with_kin<'a>(sources: &[Source<'a>]) -> Vec<Source<'a>> {
    let mut all: Vec<Source<'a>> = Vec::new();
    for source in sources.iter().filter(|source| !source.is_empty()) {
        let also = kin(source).iter().map(|(category, service)| Source::new(source.product.clone(), *category, *service));
        for one in std::iter::once(source.clone()).chain(also) {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    all
}

/// An event as a decoder reads it: fields borrowed from where they were read, and everything that it counts as.
///
/// An event may be of several sources: a changed registry value is `registry_set` and `registry_event`, a line of `sshd`
/// is also of `auth`.
#[derive(Debug, Clone, Default)]
pub struct Event<'a> {
    /// UTC milliseconds.
    pub at: i64,
    pub sources: Vec<Source<'a>>,
    /// Name and value; a name may repeat.
    pub fields: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

impl<'a> Event<'a> {
    pub fn new(at: i64) -> Event<'a> {
        Event { at, sources: Vec::new(), fields: Vec::new() }
    }

    /// Adds a source and those that follow from it.
    pub fn source(
        &mut self,
        product: impl Into<Cow<'a, str>>,
        category: impl Into<Cow<'a, str>>,
        service: impl Into<Cow<'a, str>>,
    ) {
        let sources = [Source::new(product, category, service)];
        for one in with_kin(&sources) {
            if !self.sources.contains(&one) {
                self.sources.push(one);
            }
        }
    }

    pub fn push(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.fields.push((name.into(), value.into()));
    }

    /// The first value of a field; names are compared as rules compare them.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// The event as it is kept and sent: of its sources, the first.
    pub fn to_wire(&self) -> wire::Event {
        let source = self.sources.first().map_or_else(wire::Source::default, |source| wire::Source {
            product: source.product.clone().into_owned(),
            category: source.category.clone().into_owned(),
            service: source.service.clone().into_owned(),
        });
        let fields = self.fields.iter().map(|(name, value)| (name.clone().into_owned(), value.clone().into_owned())).collect();
        wire::Event { at: self.at, source, fields }
    }
}

impl<'a> From<&'a wire::Event> for Event<'a> {
    fn from(event: &'a wire::Event) -> Event<'a> {
        let mut view = Event::new(event.at);
        view.source(&*event.source.product, &*event.source.category, &*event.source.service);
        view.fields.extend(event.fields.iter().map(|(name, value)| (Cow::Borrowed(&**name), Cow::Borrowed(&**value))));
        view
    }
}

/// What else an event of a source is: pairs of category and service under the same product.
///
/// From SigmaHQ's list of log sources (`registry_event` is any of the registry's categories) and from how Linux writes
/// its logs: what sshd, sudo, su and login say goes through the facility `auth` and through syslog.
fn kin(source: &Source<'_>) -> &'static [(&'static str, &'static str)] {
    match (&*source.product, &*source.category, &*source.service) {
        (_, "registry_set" | "registry_add" | "registry_delete" | "registry_rename", _) => &[("registry_event", "")],
        ("linux", "", "sshd" | "sudo" | "su" | "login") | ("linux", "account_change", "") => &[("", "auth"), ("", "syslog")],
        ("linux", "", "auth" | "cron" | "journald" | "kernel" | "vsftpd" | "clamav" | "guacamole") => &[("", "syslog")],
        _ => &[],
    }
}
