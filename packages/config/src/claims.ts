import type { KubernetesObject } from '@fairlead/kube-core'
import { comparePrecedence } from './precedence.ts'

/** One thing that a resource wants for itself on a gateway, such as a path or an API key. */
export interface Claim {
  readonly resource: KubernetesObject
  /** Equal subjects are the same thing. */
  readonly subject: string
}

/** A claim that was lost, and to whom. */
export type LostClaim<C extends Claim = Claim> = C & { readonly winner: KubernetesObject }

/**
 * Decides claims of several resources to the same subjects: the older resource wins, then the
 * lower namespace/name. A resource never loses to itself. Who wins does not depend on the order.
 */
export function settleClaims<C extends Claim>(claims: readonly C[]): readonly LostClaim<C>[] {
  const winners = new Map<string, KubernetesObject>()
  for (const { resource, subject } of claims) {
    const current = winners.get(subject)
    if (!current || comparePrecedence(resource, current) < 0) winners.set(subject, resource)
  }
  return claims.flatMap((claim) => {
    const winner = winners.get(claim.subject)
    return winner && winner !== claim.resource ? [{ ...claim, winner }] : []
  })
}
