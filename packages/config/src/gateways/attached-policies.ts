import { canonicalJson, sameElements } from '@fairlead/base'
import { LLMGateway } from '@fairlead/api'
import type { Catalogue } from '../judging/catalogue.ts'
import type { Judged } from '../judging/judged.ts'
import type { Member } from '../judging/kind-compiler.ts'
import type { AttachmentTarget, PolicyAttachment } from '../judging/policy-attachment.ts'
import { freeze } from '../values/freeze.ts'

/** By kind: the `namespace/name` of everything that a gateway serves. */
export type ServedKeys = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Whether a policy at a target holds on a gateway: it is the gateway, or the gateway serves it.
 * `served` are the keys that the gateway serves of the target's kind.
 */
export function concerns(
  { kind, key }: AttachmentTarget,
  gatewayKey: string,
  served: ReadonlySet<string> | undefined,
): boolean {
  return kind === LLMGateway.kind ? key === gatewayKey : (served?.has(key) ?? false)
}

interface Narrowed {
  /** The targets that concern the gateway, as one text. */
  readonly held: string
  /** What the gateway served then. */
  readonly served: readonly ReadonlySet<string>[]
  readonly member: Member | undefined
}

/**
 * Finds the policies that concern one gateway, each with those of its targets that do, again and
 * again. A policy that holds as before is the same object.
 */
export class AttachedPolicies {
  readonly #attachment: PolicyAttachment
  readonly #narrowed = new WeakMap<Judged, Narrowed>()
  #last: ReadonlyMap<string, Member> = new Map()
  #served: readonly ReadonlySet<string>[] = []

  constructor(attachment: PolicyAttachment) {
    this.#attachment = attachment
  }

  of(catalogue: Catalogue, gatewayKey: string, served: ServedKeys): readonly Member[] {
    const keys = [...served.values()]
    if (!sameElements(keys, this.#served)) this.#served = keys
    const members = [...catalogue.byKey.values()].flatMap(
      (judged) => this.#memberOf(judged, gatewayKey, served) ?? [],
    )
    this.#last = new Map(members.map((member) => [member.key, member]))
    return members
  }

  #memberOf(judged: Judged, gatewayKey: string, served: ServedKeys): Member | undefined {
    const { resource, key, settings } = judged
    if (settings === undefined) return undefined
    const known = this.#narrowed.get(judged)
    if (known?.served === this.#served) return known.member
    const targets: string[] = []
    const narrowed = this.#attachment.narrowed(settings, (target) => {
      const holds = concerns(target, gatewayKey, served.get(target.kind))
      targets.push(String(holds))
      return holds
    })
    const held = targets.join()
    const member =
      known?.held === held ? known.member : this.#newMember({ resource, key, settings: narrowed })
    this.#narrowed.set(judged, { held, served: this.#served, member })
    return member
  }

  #newMember({ resource, key, settings }: Member): Member | undefined {
    return settings === undefined
      ? undefined
      : { resource, key, settings: this.#kept(key, settings) }
  }

  /** The settings that the policy had here the last time, if they say the same. */
  #kept(key: string, settings: unknown): unknown {
    const before = this.#last.get(key)?.settings
    const isSame = before !== undefined && canonicalJson(before) === canonicalJson(settings)
    return isSame ? before : freeze(settings)
  }
}
