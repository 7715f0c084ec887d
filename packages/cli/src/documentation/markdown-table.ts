/** A Markdown table with columns of even width, as the formatter writes them. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const padded = (row: readonly string[]) =>
    line(widths.map((width, column) => (row[column] ?? '').padEnd(width)))
  return [padded(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(padded)].join(
    '\n',
  )
}
