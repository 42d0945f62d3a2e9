use crate::{Book, Mail};
use base::{Problem, Result};
use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use store::Store;

/// Everything a request may need, shared by all. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub store: Store,
    pub words: Arc<Book>,
    pub shelf: Arc<Shelf>,
    pub site: Arc<Site>,
    pub mail: Option<Mail>,
}

/// Where the portal is, as people reach it.
#[derive(Debug, Clone)]
pub struct Site {
    /// `https://portal.example.jp` or `http://localhost:8620`, without a slash at the end.
    pub origin: String,
    pub version: &'static str,
}

impl Site {
    /// Is the portal reached by HTTPS, so that cookies can demand it?
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }
}

/// The content that slices have read at start: one value of each type.
#[derive(Default)]
pub struct Shelf(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Shelf {
    /// Puts a slice's content on the shelf, in place of any of the same type.
    pub fn put<T: Any + Send + Sync>(&mut self, content: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(content));
    }

    /// A slice's content; `Internal` where the program was put together without it.
    pub fn get<T: Any + Send + Sync>(&self) -> Result<Arc<T>> {
        let found = self.0.get(&TypeId::of::<T>()).cloned().and_then(|content| content.downcast().ok());
        found.ok_or_else(|| Problem::internal(format!("no {} on the shelf", std::any::type_name::<T>())))
    }
}
