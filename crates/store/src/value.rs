use base::*;

/// A value on its way into a statement. A NULL knows its type, because PostgreSQL asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(Option<String>),
    Int(Option<i64>),
    Real(Option<f64>),
    Bytes(Option<Vec<u8>>),
}

/// What can be bound to a statement.
pub trait ToValue: Sync {
    fn to_value(&self) -> Value;
    /// The NULL of this type.
    fn null() -> Value
    where
        Self: Sized;
}

macro_rules! to_value {
    ($($kind:ident: $($type:ty => |$it:ident| $into:expr),+;)+) => {$($(
        impl ToValue for $type {
            fn to_value(&self) -> Value {
                let $it = self;
                Value::$kind(Some($into))
            }
            fn null() -> Value {
                Value::$kind(None)
            }
        }
    )+)+};
}

to_value! {
    Text: String => |it| it.clone(), &str => |it| (*it).to_owned(), Day => |it| it.to_string(), Lang => |it| it.code().to_owned();
    Text: CompanyId => |it| it.to_string(), PersonId => |it| it.to_string(), SiteId => |it| it.to_string(),
        InvitationId => |it| it.to_string(), PasskeyId => |it| it.to_string(), DeviceId => |it| it.to_string(),
        SheetId => |it| it.to_string(), StepId => |it| it.to_string(), DeclarationId => |it| it.to_string(),
        AlertId => |it| it.to_string(), IncidentId => |it| it.to_string(), AttachmentId => |it| it.to_string(),
        HuntId => |it| it.to_string(), JobId => |it| it.to_string();
    Int: i64 => |it| *it, i32 => |it| i64::from(*it), u32 => |it| i64::from(*it), bool => |it| i64::from(*it),
        Moment => |it| it.0, Yen => |it| it.0;
    Real: f64 => |it| *it;
    Bytes: Vec<u8> => |it| it.clone(), &[u8] => |it| it.to_vec();
}

impl<T: ToValue> ToValue for Option<T> {
    fn to_value(&self) -> Value {
        self.as_ref().map_or_else(T::null, T::to_value)
    }
    fn null() -> Value {
        T::null()
    }
}

impl<T: ToValue> ToValue for &T {
    fn to_value(&self) -> Value {
        (*self).to_value()
    }
    fn null() -> Value {
        T::null()
    }
}
