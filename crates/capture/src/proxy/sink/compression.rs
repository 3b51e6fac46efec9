//! Compresses a recording as it is written, and reads an existing one.

use std::io::{self, Read, Write};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

impl Compression {
    /// The compression that a file's name stands for.
    pub(crate) fn by_name(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// Whether a file that begins with `start` can be compressed like this.
    pub(crate) fn begins(self, start: &[u8]) -> bool {
        let magic: &[u8] = match self {
            Self::Plain => b"",
            Self::Gzip => b"\x1f\x8b",
            Self::Zstd => b"\x28\xb5\x2f\xfd",
        };
        // A file may be cut within its magic number.
        start.starts_with(magic) || magic.starts_with(start)
    }

    /// Decompresses `file`.
    pub(crate) fn reader<'a>(self, file: impl Read + 'a) -> io::Result<Box<dyn Read + 'a>> {
        Ok(match self {
            Self::Plain => Box::new(file),
            Self::Gzip => Box::new(MultiGzDecoder::new(file)),
            Self::Zstd => Box::new(zstd::Decoder::new(file)?),
        })
    }
}

/// Compresses into a buffer of the caller's.
pub(crate) enum Encoder {
    Plain,
    Gzip(Box<GzEncoder<Vec<u8>>>),
    Zstd(Box<zstd::Encoder<'static, Vec<u8>>>),
    /// After its end.
    Finished,
}

impl Encoder {
    pub(crate) fn new(compression: Compression) -> io::Result<Self> {
        Ok(match compression {
            Compression::Plain => Self::Plain,
            Compression::Gzip => {
                let level = flate2::Compression::default();
                Self::Gzip(Box::new(GzEncoder::new(Vec::new(), level)))
            }
            Compression::Zstd => Self::Zstd(Box::new(zstd::Encoder::new(
                Vec::new(),
                zstd::DEFAULT_COMPRESSION_LEVEL,
            )?)),
        })
    }

    pub(crate) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// Compresses bytes; some output may come later.
    pub(crate) fn write(&mut self, bytes: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Plain | Self::Finished => out.extend_from_slice(bytes),
            Self::Gzip(encoder) => {
                encoder.write_all(bytes)?;
                out.append(encoder.get_mut());
            }
            Self::Zstd(encoder) => {
                encoder.write_all(bytes)?;
                out.append(encoder.get_mut());
            }
        }
        Ok(())
    }

    /// Outputs everything taken so far, readable without what follows.
    pub(crate) fn flush(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match self {
            Self::Plain | Self::Finished => {}
            Self::Gzip(encoder) => {
                encoder.flush()?;
                out.append(encoder.get_mut());
            }
            Self::Zstd(encoder) => {
                encoder.flush()?;
                out.append(encoder.get_mut());
            }
        }
        Ok(())
    }

    /// Ends the compressed stream.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        match std::mem::replace(self, Self::Finished) {
            Self::Plain | Self::Finished => {}
            Self::Gzip(encoder) => out.append(&mut encoder.finish()?),
            Self::Zstd(encoder) => out.append(&mut encoder.finish()?),
        }
        Ok(())
    }
}
