/** Where an offset in characters is, from 1 on. */
export function sourcePosition(
  source: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const lines = source.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

/** The message with the position in the source, as Kubernetes' API server prints it. */
export function withPosition(message: string, source: string, offset: number): string {
  const { line, column } = sourcePosition(source, offset)
  const text = source.split('\n')[line - 1] ?? ''
  return `ERROR: <input>:${line}:${column}: ${message}\n | ${text}\n | ${'.'.repeat(column - 1)}^`
}
