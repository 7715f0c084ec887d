import type { Turn } from './turn.ts'

/**
 * Id of the turn whose instructions are in force after the last turn of a path, where the path, of
 * which only the end is there, does not have it; undefined where it does, or there are none.
 */
export function instructingBefore(path: readonly Turn[]): string | undefined {
  const id = path.at(-1)?.instructed_by ?? undefined
  if (id === undefined) return undefined
  return path.some((turn) => turn.id === id) ? undefined : id
}
