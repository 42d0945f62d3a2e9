//! Who we protect and who helps: companies, their people, and their devices.

pub mod device;
