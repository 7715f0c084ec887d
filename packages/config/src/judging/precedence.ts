import { compareText } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import { keyOf } from '../values/resource-key.ts'

/**
 * Who wins when two resources claim the same thing equally specifically: the older one, then the
 * one with the lower `namespace/name`. Negative when `left` wins. A resource without a
 * creationTimestamp (read from a file) counts as the oldest.
 */
export function comparePrecedence(left: TypedObject, right: TypedObject): number {
  return (
    compareText(left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? '') ||
    compareText(keyOf(left), keyOf(right))
  )
}

/** `RoutingPolicy default/a, which is older`: names the winner and why it won. */
export function describeWinner(winner: TypedObject, loser: TypedObject): string {
  const older = (winner.metadata.creationTimestamp ?? '') < (loser.metadata.creationTimestamp ?? '')
  const why = older ? 'which is older' : 'which has the lower namespace/name'
  return `${winner.kind} ${keyOf(winner)}, ${why}`
}
