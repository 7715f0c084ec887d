import type { Exchange } from './recordings.ts'

/** Differences that are meant: which requests of which group, and why. */
const exceptions: readonly {
  readonly group: string
  readonly id: string
  readonly reason: string
}[] = []

/** Why a request is answered otherwise than by a real server; `undefined` if it should not be. */
export function exceptionFor({ group, id }: Exchange): string | undefined {
  return exceptions.find((each) => each.group === group && each.id === id)?.reason
}
