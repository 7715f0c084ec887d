/** Rows of texts in columns, as kubectl prints them; the columns of numbers are aligned right. */
export function textTable(
  columns: readonly { readonly title: string; readonly isNumber?: boolean }[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, index) =>
    lines.reduce((width, line) => Math.max(width, (line[index] ?? '').length), 0),
  )
  return lines
    .map((line) =>
      columns
        .map(({ isNumber }, index) => {
          const [text = '', width = 0] = [line[index], widths[index]]
          return isNumber === true ? text.padStart(width) : text.padEnd(width)
        })
        .join('   ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}
