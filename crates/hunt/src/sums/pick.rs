use sigma::Slate;

/// The values of some fields of the event at hand, in one walk over it; names as decoders write them.
pub(super) struct Pick<'s, const N: usize>(pub [&'s str; N]);

impl<'s, const N: usize> Pick<'s, N> {
    /// The first value of each name, or an empty text.
    pub fn of(slate: &'s Slate, names: [&str; N]) -> Pick<'s, N> {
        let mut values = [""; N];
        for place in 0..slate.len() {
            let letters = slate.letters_at(place);
            if let Some(at) = names.iter().position(|name| *name == letters)
                && values[at].is_empty()
            {
                values[at] = slate.value_at(place).trim();
            }
        }
        Pick(values)
    }
}

/// The machine that an event names.
pub(super) fn host(slate: &Slate) -> String {
    let value = |name: &&str| (0..slate.len()).find(|n| slate.letters_at(*n) == *name).map(|n| slate.value_at(n));
    super::kept(crate::catch::HOSTS.iter().find_map(value).unwrap_or_default())
}
