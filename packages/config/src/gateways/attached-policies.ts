import { canonicalJson } from '@fairlead/base'
import { LLMGateway } from '@fairlead/api'
import type { Catalogue } from '../judging/catalogue.ts'
import type { Judged } from '../judging/judged.ts'
import type { Member } from '../judging/kind-compiler.ts'
import type { AttachmentTarget, PolicyAttachment } from '../judging/policy-attachment.ts'
import { freeze } from '../values/freeze.ts'

/** By kind: the `namespace/name` of everything that a gateway serves. */
export type ServedKeys = ReadonlyMap<string, ReadonlySet<string>>

/** Whether a policy at a target holds on a gateway: it is the gateway, or the gateway serves it. */
export function concerns(
  { kind, key }: AttachmentTarget,
  gatewayKey: string,
  served: ServedKeys,
): boolean {
  return kind === LLMGateway.kind ? key === gatewayKey : (served.get(kind)?.has(key) ?? false)
}

interface Narrowed {
  /** The targets that concern the gateway, as one text. */
  readonly held: string
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

  constructor(attachment: PolicyAttachment) {
    this.#attachment = attachment
  }

  of(catalogue: Catalogue, gatewayKey: string, served: ServedKeys): readonly Member[] {
    const members = [...catalogue.byKey.values()].flatMap(
      (judged) => this.#memberOf(judged, gatewayKey, served) ?? [],
    )
    this.#last = new Map(members.map((member) => [member.key, member]))
    return members
  }

  #memberOf(judged: Judged, gatewayKey: string, served: ServedKeys): Member | undefined {
    const { resource, key, settings } = judged
    if (settings === undefined) return undefined
    const targets: string[] = []
    const narrowed = this.#attachment.narrowed(settings, (target) => {
      const holds = concerns(target, gatewayKey, served)
      targets.push(String(holds))
      return holds
    })
    const held = targets.join()
    const known = this.#narrowed.get(judged)
    if (known?.held === held) return known.member
    const member =
      narrowed === undefined ? undefined : { resource, key, settings: this.#kept(key, narrowed) }
    this.#narrowed.set(judged, { held, member })
    return member
  }

  /** The settings that the policy had here the last time, if they say the same. */
  #kept(key: string, settings: unknown): unknown {
    const before = this.#last.get(key)?.settings
    const isSame = before !== undefined && canonicalJson(before) === canonicalJson(settings)
    return isSame ? before : freeze(settings)
  }
}
