//! Tables whose columns are as wide as their widest cell, so that they read well unrendered.

use super::escape::cell;

/// A table under construction.
pub(crate) struct Table {
    heads: Vec<ColumnHead>,
    /// The rows that are shown.
    rows: Vec<Vec<String>>,
    /// How many rows are not shown.
    left: usize,
}

struct ColumnHead {
    text: &'static str,
    right: bool,
}

impl Table {
    /// A table with these columns; `>` before a head aligns the column to the right.
    pub(crate) fn new(heads: &[&'static str]) -> Self {
        let head = |head: &&'static str| ColumnHead {
            text: head.trim_start_matches('>'),
            right: head.starts_with('>'),
        };
        Self {
            heads: heads.iter().map(head).collect(),
            rows: Vec::new(),
            left: 0,
        }
    }

    /// Adds a row of Markdown cells.
    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows([cells], |cells| cells);
    }

    /// Adds a row for each item. `cells` is called only for rows that are shown: there may be very
    /// many items.
    pub(crate) fn rows<T, C: IntoIterator<Item = String>>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        cells: impl Fn(T) -> C,
    ) {
        for item in items {
            if self.rows.len() < MAX_ROWS {
                let cells = cells(item).into_iter();
                self.rows.push(cells.map(|text| cell(&text)).collect());
            } else {
                self.left += 1;
            }
        }
    }

    /// Writes the table, or nothing if it has no rows.
    pub(crate) fn finish(self, out: &mut String) {
        if self.rows.is_empty() {
            return;
        }
        let widths: Vec<usize> = (0..self.heads.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                let widest = cells.map(|cell| cell.chars().count()).max().unwrap_or(0);
                widest.max(self.heads[column].text.chars().count()).max(3)
            })
            .collect();
        let heads: Vec<String> = self.heads.iter().map(|head| head.text.to_owned()).collect();
        self.line(out, &heads, &widths);
        for (head, width) in self.heads.iter().zip(&widths) {
            let end = if head.right { ":" } else { "-" };
            out.push_str(&format!("| {}{end} ", "-".repeat(width - 1)));
        }
        out.push_str("|\n");
        for row in &self.rows {
            self.line(out, row, &widths);
        }
        if self.left > 0 {
            out.push_str(&format!("\n… and {} more.\n", self.left));
        }
        out.push('\n');
    }

    fn line(&self, out: &mut String, cells: &[String], widths: &[usize]) {
        for (column, width) in widths.iter().enumerate() {
            let text = cells.get(column).map_or("", String::as_str);
            let pad = " ".repeat(width - text.chars().count());
            if self.heads[column].right {
                out.push_str(&format!("| {pad}{text} "));
            } else {
                out.push_str(&format!("| {text}{pad} "));
            }
        }
        out.push_str("|\n");
    }
}

/// People read these reports: for longer tables JSON is the better format.
const MAX_ROWS: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_align_and_long_tables_say_what_is_left() {
        let mut table = Table::new(&["host", ">count"]);
        table.row(["a|b".to_owned(), "1".to_owned()]);
        for count in 0..MAX_ROWS {
            table.row(["long.example".to_owned(), count.to_string()]);
        }
        let mut out = String::new();
        table.finish(&mut out);
        let beginning = "\
| host         | count |
| ------------ | ----: |
| a\\|b         |     1 |
| long.example |     0 |
";
        assert_eq!(&out[..beginning.len()], beginning);
        assert!(out.ends_with("|    38 |\n\n… and 1 more.\n\n"), "{out}");
    }
}
