import { sameElements } from '@fairlead/base'
import { LLMGateway } from '@fairlead/api'
import type { Capabilities } from '@fairlead/snapshot'
import type { Catalogue } from '../judging/catalogue.ts'
import { ClaimsCourt } from '../judging/claims.ts'
import type { Judged } from '../judging/judged.ts'
import type { KindCompiler, Member, Need, SnapshotPart } from '../judging/kind-compiler.ts'
import { freeze } from '../values/freeze.ts'
import { namespaceOf } from '../values/resource-key.ts'
import { AttachedPolicies, type ServedKeys } from './attached-policies.ts'
import { attachmentsOf } from './attachment.ts'
import type { AcceptedGateway, Gateways } from './gateways.ts'

/** What one gateway serves of one kind, and what it had to refuse. */
export interface ServedKind {
  /** `namespace/name` of every resource that belongs to it, usable or not. */
  readonly serves: ReadonlySet<string>
  /** By `namespace/name`: what the resource lost on this gateway, and to whom. */
  readonly losses: ReadonlyMap<string, string>
  /** By `namespace/name`: what of the resource never takes effect on this gateway, and why. */
  readonly shadowed: ReadonlyMap<string, string>
  /** `namespace/name` of the resources of this kind that what is served of others needs. */
  readonly needed: readonly ReadonlySet<string>[]
  /** By kind: the `namespace/name` of what these need to be served. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>
  readonly part: SnapshotPart
}

const nothing: ReadonlyMap<string, string> = new Map()

/** What decides on what is served of a kind. */
interface Setting {
  readonly catalogue: Catalogue
  readonly gateway: AcceptedGateway
  readonly gateways: Gateways
  /** The resources of this kind that are needed by what is served of others. */
  readonly needed: readonly ReadonlySet<string>[]
  /** What the gateway serves of the kinds that policies can be attached to; of policies only. */
  readonly served: ServedKeys
}

interface Service extends ServedKind {
  readonly setting: Setting
  /** The usable ones, without what they lost. */
  readonly members: readonly Member[]
}

/**
 * Serves one kind on one gateway, again and again. What is equal to the last time is the same
 * object: all of it while nothing changes that it depends on, and otherwise each of its fields.
 */
export class KindServer {
  readonly #compiler: KindCompiler
  readonly #court: ClaimsCourt | undefined
  readonly #attached: AttachedPolicies | undefined
  readonly #members = new WeakMap<Judged, Member>()
  readonly #needs = new WeakMap<Member, readonly Need[]>()
  #naming = new WeakMap<Judged, boolean>()
  #last: Service | undefined

  constructor(compiler: KindCompiler, capabilities: Capabilities) {
    this.#compiler = compiler
    this.#court = compiler.claims && new ClaimsCourt(compiler.claims, capabilities)
    this.#attached = compiler.attachment && new AttachedPolicies(compiler.attachment)
  }

  serve(setting: Setting): ServedKind {
    const last = this.#last
    if (last && sameSetting(setting, last.setting)) return last
    if (setting.gateways !== last?.setting.gateways) this.#naming = new WeakMap()
    const { own, usable } = this.#read(setting)
    const { members, losses } = this.#court?.settle(usable) ?? {
      members: usable,
      losses: new Map(),
    }
    const isSame = last !== undefined && sameElements(members, last.members)
    this.#last = {
      setting,
      serves: last && sameKeys(last.serves, own) ? last.serves : own,
      losses,
      members,
      needed: setting.needed,
      shadowed: isSame ? last.shadowed : (this.#compiler.shadowed?.(members) ?? nothing),
      needs: isSame ? last.needs : this.#needsOf(members),
      part: isSame ? last.part : freeze(this.#compiler.contribute(members)),
    }
    return this.#last
  }

  /** The keys of what belongs to the gateway, and what of it can be used. */
  #read(setting: Setting): { own: ReadonlySet<string>; usable: readonly Member[] } {
    const { catalogue, gateway, served } = setting
    if (this.#attached) {
      const usable = this.#attached.of(catalogue, gateway.key, served)
      return { own: new Set(usable.map(({ key }) => key)), usable }
    }
    const own = [...catalogue.byKey.values()].filter((judged) => this.#serves(judged, setting))
    const usable = own.flatMap((judged) => this.#memberOf(judged) ?? [])
    return { own: new Set(own.map(({ key }) => key)), usable }
  }

  /** Whether a resource belongs to the gateway, by itself or because something needs it. */
  #serves(judged: Judged, { gateway, gateways, needed }: Setting): boolean {
    const { key, resource } = judged
    if (!judged.fits) return false
    if (needed.some((keys) => keys.has(key))) return true
    if (this.#compiler.type.kind === LLMGateway.kind) return key === gateway.key
    const references = this.#compiler.gatewayRefs?.(resource)
    if (references === undefined) return gateway.allows(namespaceOf(resource))
    const known = this.#naming.get(judged)
    if (known !== undefined) return known
    const attached = attachmentsOf(resource, references, gateways).some(
      ({ gatewayKey, refusal }) => gatewayKey === gateway.key && refusal === undefined,
    )
    this.#naming.set(judged, attached)
    return attached
  }

  /** Undefined for a resource that cannot be used. */
  #memberOf(judged: Judged): Member | undefined {
    const { resource, key, settings } = judged
    if (settings === undefined) return undefined
    const known = this.#members.get(judged)
    if (known !== undefined) return known
    const member = { resource, key, settings }
    this.#members.set(judged, member)
    return member
  }

  #needsOf(members: readonly Member[]): ServedKind['needs'] {
    const needs = new Map<string, Set<string>>()
    for (const member of members) {
      for (const { type, key } of this.#readNeeds(member)) {
        const keys = needs.get(type.kind) ?? new Set()
        needs.set(type.kind, keys.add(key))
      }
    }
    const before = this.#last?.needs
    return new Map(
      [...needs].map(([kind, keys]) => {
        const known = before?.get(kind)
        return [kind, known && sameKeys(known, keys) ? known : keys]
      }),
    )
  }

  #readNeeds(member: Member): readonly Need[] {
    const known = this.#needs.get(member)
    if (known !== undefined) return known
    const needs = this.#compiler.needs?.(member.settings) ?? []
    this.#needs.set(member, needs)
    return needs
  }
}

function sameKeys(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  return left.size === right.size && [...left].every((key) => right.has(key))
}

function sameSetting(left: Setting, right: Setting): boolean {
  return (
    left.catalogue === right.catalogue &&
    left.gateway === right.gateway &&
    left.gateways === right.gateways &&
    sameElements(left.needed, right.needed) &&
    sameElements([...left.served.values()], [...right.served.values()])
  )
}
