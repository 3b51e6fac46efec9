//! Gives memory back to the system, where dropping it would not.

/// Drops a list that may be long.
///
/// glibc takes the largest block that it is given back for a measure: from then on blocks of that
/// size are cut out of heaps, where one small piece that is still in use, or set aside for the
/// next caller, holds all that lies below it. So a long list is made short before it goes.
pub(crate) fn shrink_before_drop<T>(mut list: Vec<T>) {
    let few = SHORT_BYTES / size_of::<T>().max(1);
    if list.capacity() > few {
        list.truncate(few);
        list.shrink_to_fit();
    }
}

/// Below what glibc begins with as its measure (`M_MMAP_THRESHOLD`, 128 KiB).
const SHORT_BYTES: usize = 64 * 1024;
