import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

/** A source made of a function: see `Source.start`. */
export function functionSource<R extends object = Request>(
  name: string,
  start: (context: SourceContext<R>, signal: AbortSignal) => Promise<void>,
): Source<R> {
  return { name, start }
}
