import { canonicalJson } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import type { Capabilities } from '@fairlead/snapshot'
import { freeze } from '../values/freeze.ts'
import type { Claim, Claims, Member } from './kind-compiler.ts'
import { comparePrecedence, describeWinner } from './precedence.ts'

/** What came of the claims of all members of one kind on one gateway. */
interface SettledClaims {
  /** The members without what they lost. */
  readonly members: readonly Member[]
  /** By `namespace/name`: what a member lost, and to whom. */
  readonly losses: ReadonlyMap<string, string>
}

/** Who has a subject, and what it calls it. */
interface Winner {
  readonly resource: TypedObject
  readonly claim: Claim
}

interface Reduced {
  /** The lost subjects, as one text. */
  readonly lost: string
  readonly member: Member | undefined
}

/**
 * Decides claims of several resources to the same subjects: the older resource wins, then the one
 * with the lower namespace/name. A resource never loses to itself. The order does not matter. What is
 * left of a member is the same object as before if it is equal.
 */
export class ClaimsCourt {
  readonly #claims: Claims<unknown>
  readonly #capabilities: Capabilities
  readonly #claimsOf = new WeakMap<Member, readonly Claim[]>()
  readonly #reduced = new WeakMap<Member, Reduced>()
  readonly #kept = new WeakMap<Member, Member>()
  #last: ReadonlyMap<string, Member> = new Map()

  constructor(claims: Claims<unknown>, capabilities: Capabilities) {
    this.#claims = claims
    this.#capabilities = capabilities
  }

  settle(members: readonly Member[]): SettledClaims {
    const wanted = members.map((member) => ({ member, own: this.#read(member) }))
    const winners = new Map<string, Winner>()
    for (const { member, own } of wanted) {
      for (const claim of own) {
        const current = winners.get(claim.subject)
        if (!current || comparePrecedence(member.resource, current.resource) < 0) {
          winners.set(claim.subject, { resource: member.resource, claim })
        }
      }
    }
    const losses = new Map<string, string>()
    const settled = wanted.flatMap(({ member, own }) => {
      const lost = own.flatMap((claim) => {
        const loss =
          this.#claims.reserved?.(claim.subject, this.#capabilities) ??
          lossOf(claim, member.resource, winners.get(claim.subject), this.#claims)
        return loss === undefined ? [] : [{ subject: claim.subject, loss }]
      })
      if (lost.length === 0) return this.#keep(member)
      losses.set(member.key, lost.map(({ loss }) => loss).join('; '))
      const subjects = lost.map(({ subject }) => subject)
      const reduced = this.#without(member, subjects)
      return reduced === undefined ? [] : this.#keep(reduced)
    })
    this.#last = new Map(settled.map((member) => [member.key, member]))
    return { members: settled, losses }
  }

  #read(member: Member): readonly Claim[] {
    const known = this.#claimsOf.get(member)
    if (known !== undefined) return known
    const claims = this.#claims.of(member.settings)
    this.#claimsOf.set(member, claims)
    return claims
  }

  /** With the settings of the last time, if they say the same: a loss may have come or gone. */
  #keep(member: Member): Member {
    const before = this.#last.get(member.key)
    if (before === undefined || before.settings === member.settings) return member
    const known = this.#kept.get(member)
    if (known && known.settings === before.settings) return known
    if (canonicalJson(before.settings) !== canonicalJson(member.settings)) return member
    const kept = { ...member, settings: before.settings }
    this.#kept.set(member, kept)
    return kept
  }

  #without(member: Member, subjects: readonly string[]): Member | undefined {
    const lost = JSON.stringify(subjects)
    const known = this.#reduced.get(member)
    if (known?.lost === lost) return known.member
    const settings = freeze(this.#claims.without(member.settings, new Set(subjects)))
    const reduced = settings === undefined ? undefined : { ...member, settings }
    this.#reduced.set(member, { lost, member: reduced })
    return reduced
  }
}

function lossOf(
  claim: Claim,
  resource: TypedObject,
  winner: Winner | undefined,
  claims: Claims<unknown>,
): string | undefined {
  if (winner === undefined || winner.resource === resource) return undefined
  return claims.describeLoss(claim, describeWinner(winner.resource, resource), winner.claim)
}
