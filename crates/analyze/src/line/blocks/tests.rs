//! Where blocks end, and which lines they hold.

use super::*;

fn cut(text: &str, block_bytes: usize, line_limit: usize) -> Vec<(u64, String)> {
    let mut blocks = Blocks::with_sizes(text.as_bytes(), block_bytes, line_limit);
    let mut lines = Vec::new();
    while let Some(block) = blocks.next_block(Block::default()).unwrap() {
        if block.too_long {
            lines.push((block.first_line, "too long".to_owned()));
        }
        let text = |line: &[u8]| String::from_utf8(line.to_vec()).unwrap();
        lines.extend(block.lines().map(|(number, line)| (number, text(line))));
    }
    lines
}

/// How many bytes each block holds.
fn sizes<R: Read>(input: R, block_bytes: usize) -> Vec<usize> {
    let mut blocks = Blocks::new(input).block_bytes(block_bytes);
    let mut sizes = Vec::new();
    let mut used = Block::default();
    while let Some(block) = blocks.next_block(used).unwrap() {
        sizes.push(block.bytes.len());
        used = block;
    }
    sizes
}

/// Gives one byte at a time.
struct Trickle<'a>(&'a [u8]);

impl Read for Trickle<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let one = room.len().min(1);
        self.0.read(&mut room[..one])
    }
}

#[test]
fn the_size_of_a_block_does_not_change_the_lines() {
    let text = "one\n\nthree\r\nfour is longer\nfive";
    let whole = cut(text, 1000, 1000);
    assert_eq!(whole.len(), 4);
    assert_eq!(whole[1], (3, "three\r".to_owned()));
    assert_eq!(whole[3], (5, "five".to_owned()));
    for block_bytes in 1..40 {
        assert_eq!(
            cut(text, block_bytes, 1000),
            whole,
            "blocks of {block_bytes}"
        );
    }
}

#[test]
fn a_block_ends_at_the_last_line_end_that_fits_whatever_the_size_of_reads() {
    let text = "one\n\nthree\r\nfour is longer\nfive";
    for (block_bytes, expected) in [
        (0, vec![4, 1, 7, 15, 4]),
        (1, vec![4, 1, 7, 15, 4]),
        (5, vec![5, 7, 15, 4]),
        (12, vec![12, 15, 4]),
        (27, vec![27, 4]),
        (1000, vec![27, 4]),
    ] {
        assert_eq!(sizes(text.as_bytes(), block_bytes), expected);
        assert_eq!(sizes(Trickle(text.as_bytes()), block_bytes), expected);
    }
}

#[test]
fn blocks_are_as_small_as_asked_although_more_is_read_at_once() {
    let text = "0123456789abcde\n".repeat(200_000);
    let small = sizes(text.as_bytes(), 4096);
    assert_eq!(small.len(), text.len().div_ceil(4096));
    assert!(small.iter().all(|size| *size <= 4096));
    assert_eq!(sizes(text.as_bytes(), BLOCK_BYTES).len(), 4);
}

#[test]
fn the_limit_is_the_same_for_blocks_of_every_size() {
    let longest = "x".repeat(50);
    let text = format!("one\n{longest}\n{longest}y\nfour\n{longest}y");
    let expected = [
        (1, "one"),
        (2, &longest),
        (3, "too long"),
        (4, "four"),
        (5, "too long"),
    ];
    let expected = expected.map(|(number, line)| (number, line.to_owned()));
    for block_bytes in 1..=50 {
        assert_eq!(cut(&text, block_bytes, 50), expected, "{block_bytes}");
    }
}

#[test]
fn a_line_over_the_limit_is_skipped_and_counted() {
    let long = "x".repeat(200_000);
    let lines = cut(&format!("one\n{long}\nthree"), 8, 70_000);
    let expected = [(1, "one"), (2, "too long"), (3, "three")];
    assert_eq!(lines, expected.map(|(n, line)| (n, line.to_owned())));
    assert_eq!(cut(&long, 8, 70_000), [(1, "too long".to_owned())]);
}
