import type { KubernetesObject } from '@fairlead/kube-core'
import type { Capabilities } from '@fairlead/snapshot'
import type { Claim, Claims, Member } from './kind-compiler.ts'
import { comparePrecedence, describeWinner } from './precedence.ts'

/** What came of the claims of all members of one kind on one gateway. */
interface SettledClaims {
  /** The members without what they lost. */
  readonly members: readonly Member[]
  /** By `namespace/name`: what a member lost, and to whom. */
  readonly losses: ReadonlyMap<string, string>
}

/**
 * Decides claims of several resources to the same subjects: the older resource wins, then the one
 * with the lower namespace/name. A resource never loses to itself. The order does not matter.
 */
export function settleClaims(
  members: readonly Member[],
  claims: Claims<unknown>,
  capabilities: Capabilities,
): SettledClaims {
  const wanted = members.map((member) => ({ member, claims: claims.of(member.settings) }))
  const winners = new Map<string, KubernetesObject>()
  for (const { member, claims: own } of wanted) {
    for (const { subject } of own) {
      const current = winners.get(subject)
      if (!current || comparePrecedence(member.resource, current) < 0) {
        winners.set(subject, member.resource)
      }
    }
  }
  const losses = new Map<string, string>()
  const settled = wanted.map(({ member, claims: own }) => {
    const lost = own.flatMap((claim) => {
      const loss =
        claims.reserved?.(claim.subject, capabilities) ??
        lossOf(claim, member.resource, winners.get(claim.subject), claims)
      return loss === undefined ? [] : [{ subject: claim.subject, loss }]
    })
    if (lost.length === 0) return member
    losses.set(member.key, lost.map(({ loss }) => loss).join('; '))
    const subjects = new Set(lost.map(({ subject }) => subject))
    return { ...member, settings: claims.without(member.settings, subjects) }
  })
  return { members: settled, losses }
}

function lossOf(
  claim: Claim,
  resource: KubernetesObject,
  winner: KubernetesObject | undefined,
  claims: Claims<unknown>,
): string | undefined {
  if (winner === undefined || winner === resource) return undefined
  return claims.describeLoss(claim, describeWinner(winner, resource))
}
