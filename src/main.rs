//! The `warmline` command.

fn main() -> std::process::ExitCode {
    warmline::cli::main()
}
