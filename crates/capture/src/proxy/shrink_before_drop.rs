//! Returns memory to the system where dropping a list would not.

/// Drops a list that may be long.
///
/// When glibc frees a mapped block, it raises its mmap threshold to that block's size: later blocks
/// of that size come from heaps, where one small piece in use keeps everything below it from being
/// returned. Shrinking a long list before it is dropped leaves the threshold where it is.
pub(crate) fn shrink_before_drop<T>(mut list: Vec<T>) {
    let few = SHORT_BYTES / size_of::<T>().max(1);
    if list.capacity() > few {
        list.truncate(few);
        list.shrink_to_fit();
    }
}

/// Below glibc's initial threshold (`M_MMAP_THRESHOLD`, 128 KiB).
const SHORT_BYTES: usize = 64 * 1024;
