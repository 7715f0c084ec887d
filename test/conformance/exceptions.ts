import type { Exchange } from './recordings.ts'

/** Differences that are meant: which requests of which group, and why. */
const exceptions: readonly {
  readonly group: string
  readonly id: string
  readonly reason: string
}[] = [
  {
    group: 'errors',
    id: 'impersonate group only',
    reason: "a caller's mistake is answered with 400, not with 500",
  },
  {
    group: 'errors',
    id: 'ssr whoami',
    reason: 'the administrator of the recording has a UID',
  },
  {
    group: 'rbac',
    id: 'rbac ssrr',
    reason: 'the same rules; the order of bindings changes from call to call on a real server',
  },
]

/** Why a request is answered otherwise than by a real server; `undefined` if it should not be. */
export function exceptionFor({ group, id }: Exchange): string | undefined {
  return exceptions.find((each) => each.group === group && each.id === id)?.reason
}
