import type { Source, SourceContext } from './source.ts'

/** A source made of a function: see `Source.start`. */
export function functionSource(
  name: string,
  start: (context: SourceContext, signal: AbortSignal) => Promise<void>,
): Source {
  return { name, start }
}
