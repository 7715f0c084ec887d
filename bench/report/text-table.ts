/**
 * Lines of a table, indented by two. The first column is aligned left, the others as `alignment`
 * says.
 */
export function textTable(
  rows: readonly (readonly string[])[],
  alignment: 'left' | 'right' = 'right',
): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? ''
        if (column === 0) return `  ${cell.padEnd(width)}`
        return alignment === 'left' ? cell.padEnd(width) : cell.padStart(width)
      })
      .join('  ')
      .trimEnd(),
  )
}
