//! Links libsonic, which espeak-ng (inside piper-rs) uses and its own build script does not name.

fn main() {
    println!("cargo:rustc-link-lib=dylib=sonic");
    println!("cargo:rustc-link-arg=-lsonic");
    println!("cargo:rerun-if-changed=build.rs");
}
