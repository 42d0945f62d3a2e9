//! Adding a migration file rebuilds the store that carries it.
fn main() {
    println!("cargo:rerun-if-changed=../../migrations");
}
