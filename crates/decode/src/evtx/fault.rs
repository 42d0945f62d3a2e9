/// Why a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("it is cut off within a {0}")]
    Short(&'static str),
    #[error("it holds the unknown token {0:#04x}")]
    Token(u8),
    #[error("it holds a value of the unknown type {0:#04x}")]
    Kind(u8),
    #[error("its tokens are out of order: {0}")]
    Order(&'static str),
    #[error("its elements are nested too deep")]
    Deep,
    #[error("it expands to more than a record may")]
    Large,
    #[error("its chunk expands to more than a chunk may")]
    Spent,
    #[error("it has no channel and no event number")]
    Nameless,
}

impl Fault {
    /// For `ok_or`: bytes that should be there are not.
    pub(super) fn short<T>(found: Option<T>, what: &'static str) -> Result<T, Fault> {
        found.ok_or(Fault::Short(what))
    }
}
