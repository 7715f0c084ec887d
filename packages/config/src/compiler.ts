import { compareText, sameElements } from '@fairlead/base'
import { ReferenceGrant } from '@fairlead/api'
import { Namespace } from '@fairlead/kube-types'
import type { Capabilities, Snapshot } from '@fairlead/snapshot'
import type { CompileResult } from './compile-result.ts'
import { GatewayServer, type ServedGateway } from './gateways/gateway-server.ts'
import { GatewayDirectory, type Gateways } from './gateways/gateways.ts'
import type { Catalogues } from './judging/catalogue.ts'
import { Judge } from './judging/judge.ts'
import type { KindCompiler } from './judging/kind-compiler.ts'
import { KindConditions, type ConditionsByKey, type Verdicts } from './kind-conditions.ts'
import { kinds as allKinds } from './kinds/kinds.ts'
import type { ResourceSet } from './resource-set.ts'
import { ContentHasher } from './values/content-hash.ts'
import { frozenMap } from './values/frozen-map.ts'

export interface CompileOptions {
  /** What the data plane can do: what is served, and what conditions name as the alternatives. */
  readonly capabilities: Capabilities
  /** Defaults to all kinds. */
  readonly kinds?: readonly KindCompiler[]
  /**
   * Written to `status.gateways[].controllerName`. Defaults to `fairlead.dev/gateway-controller`.
   */
  readonly controllerName?: string
}

/** Compiles the configuration again and again, as it changes. */
export interface Compiler {
  /**
   * Decides what every gateway runs and which conditions every resource carries. The result depends
   * on the resources and the options alone, not on their order, the time, any Secret or what was
   * compiled before, and is frozen. Never throws for the content of a resource: its conditions say
   * what is wrong with it.
   *
   * A change of one resource costs about what that resource costs: a resource that is the same
   * object as the last time is taken as unchanged, so one that changed must be another object. In
   * the result, what is equal to the last time is the same object (`===`): the settings and the
   * conditions of each resource, each map and list of them, each snapshot, the result itself.
   */
  compile(resources: ResourceSet): CompileResult
}

/** Holds what its compilations have in common: keep one for as long as resources change. */
export function createCompiler(options: CompileOptions): Compiler {
  return new IncrementalCompiler(options)
}

class IncrementalCompiler implements Compiler {
  readonly #capabilities: Capabilities
  readonly #judge: Judge
  readonly #directory = new GatewayDirectory()
  readonly #hasher = new ContentHasher()
  readonly #conditions: ReadonlyMap<string, KindConditions>
  #servers: ReadonlyMap<string, GatewayServer> = new Map()
  #last: CompileResult | undefined

  constructor({ capabilities, kinds = allKinds, controllerName }: CompileOptions) {
    const controller = controllerName ?? 'fairlead.dev/gateway-controller'
    this.#capabilities = capabilities
    this.#judge = new Judge(kinds, capabilities)
    this.#conditions = new Map(
      kinds
        .map(({ type: { kind } }) => [kind, new KindConditions(capabilities, controller)] as const)
        .toSorted(([left], [right]) => compareText(left, right)),
    )
  }

  compile(resources: ResourceSet): CompileResult {
    const catalogues = this.#judge.judge(
      (type) => resources.list(type),
      resources.list(ReferenceGrant),
    )
    const gateways = this.#directory.read(catalogues, resources.list(Namespace))
    const served = this.#serve(gateways, catalogues)
    const snapshots = served.map(({ key, snapshot }) => [key, snapshot] as const)
    const conditions = this.#write(catalogues, { gateways, served })
    this.#last = nextResult(snapshots, conditions, this.#last)
    return this.#last
  }

  #serve(gateways: Gateways, catalogues: Catalogues): readonly ServedGateway[] {
    const before = this.#servers
    const accepted = [...gateways.accepted.values()].map((gateway) => ({
      gateway,
      server: before.get(gateway.key) ?? new GatewayServer(this.#capabilities, this.#hasher),
    }))
    this.#servers = new Map(accepted.map(({ gateway, server }) => [gateway.key, server]))
    return accepted.map(({ gateway, server }) => server.serve(gateway, gateways, catalogues))
  }

  #write(
    catalogues: Catalogues,
    verdicts: Verdicts,
  ): readonly (readonly [string, ConditionsByKey])[] {
    return [...this.#conditions].flatMap(([kind, writer]) => {
      const catalogue = catalogues.get(kind)
      return catalogue === undefined ? [] : [[kind, writer.write(catalogue, verdicts)] as const]
    })
  }
}

/** Each field of the last result, or all of it, if it is the same. */
function nextResult(
  snapshots: readonly (readonly [string, Snapshot])[],
  conditions: readonly (readonly [string, ConditionsByKey])[],
  last: CompileResult | undefined,
): CompileResult {
  const sameSnapshots =
    last !== undefined && sameElements(snapshots.flat(), [...last.snapshots].flat())
  const sameConditions =
    last !== undefined && sameElements(conditions.flat(), [...last.conditionsByKind].flat())
  if (sameSnapshots && sameConditions) return last
  return Object.freeze({
    snapshots: sameSnapshots ? last.snapshots : frozenMap(snapshots),
    ...(sameConditions
      ? { conditions: last.conditions, conditionsByKind: last.conditionsByKind }
      : {
          conditions: Object.freeze(conditions.flatMap(([, byKey]) => [...byKey.values()])),
          conditionsByKind: frozenMap(conditions),
        }),
  })
}
