import { remembering } from '@fairlead/base'
import type { Capabilities, Snapshot } from '@fairlead/snapshot'
import type { Catalogue, Catalogues } from '../judging/catalogue.ts'
import type { SnapshotPart } from '../judging/kind-compiler.ts'
import type { ContentHasher } from '../values/content-hash.ts'
import type { AcceptedGateway, Gateways } from './gateways.ts'
import type { ServedKeys } from './attached-policies.ts'
import { KindServer, type ServedKind } from './kind-server.ts'

const nothingServed: ServedKeys = new Map()

/** What one gateway serves, and what it had to refuse. */
export interface ServedGateway {
  readonly key: string
  readonly snapshot: Snapshot
  /** By the name of the kind. */
  readonly kinds: ReadonlyMap<string, ServedKind>
}

/**
 * Makes the snapshots of one gateway, one after the other: every usable resource that is attached to
 * it or in a namespace that it allows, without the claims that it lost, and what these need by a
 * granted reference into other namespaces. While nothing of this changes, the snapshot is the same
 * object.
 */
export class GatewayServer {
  readonly #capabilities: Capabilities
  readonly #servers = new Map<string, KindServer>()
  readonly #snapshotOf: (...parts: readonly SnapshotPart[]) => Snapshot
  #snapshot: Snapshot | undefined

  constructor(capabilities: Capabilities, hasher: ContentHasher) {
    this.#capabilities = capabilities
    this.#snapshotOf = remembering((...parts) => {
      this.#snapshot = snapshotOf(parts, hasher, this.#snapshot)
      return this.#snapshot
    })
  }

  /**
   * What refers comes before what is referred to, so that needs are known in time; policies come
   * last, when it is known what the gateway serves.
   */
  serve(gateway: AcceptedGateway, gateways: Gateways, catalogues: Catalogues): ServedGateway {
    const kinds = new Map<string, ServedKind>()
    const serve = (kind: string, catalogue: Catalogue, served: ServedKeys) => {
      const server =
        this.#servers.get(kind) ?? new KindServer(catalogue.compiler, this.#capabilities)
      this.#servers.set(kind, server)
      const needed = [...kinds.values()].flatMap(({ needs }) => needs.get(kind) ?? [])
      kinds.set(kind, server.serve({ catalogue, gateway, gateways, needed, served }))
    }
    const policies: (readonly [string, Catalogue])[] = []
    for (const [kind, catalogue] of [...catalogues].toReversed()) {
      if (catalogue.compiler.attachment) policies.push([kind, catalogue])
      else serve(kind, catalogue, nothingServed)
    }
    for (const [kind, catalogue] of policies) {
      const served = catalogue.compiler.references.flatMap((type) => {
        const keys = kinds.get(type.kind)?.serves
        return keys ? [[type.kind, keys] as const] : []
      })
      serve(kind, catalogue, new Map(served))
    }
    const parts = [...kinds.values()].map(({ part }) => part)
    return { key: gateway.key, snapshot: this.#snapshotOf(...parts), kinds }
  }
}

/**
 * Every field of a snapshot is contributed by a kind: `kinds.test.ts` holds the list to that. Fields
 * that are equal to those before, or all of it, are the same objects.
 */
function snapshotOf(
  parts: readonly SnapshotPart[],
  hasher: ContentHasher,
  before: Snapshot | undefined,
): Snapshot {
  const content = Object.assign({}, ...parts) as Record<string, object>
  for (const [name, field] of Object.entries(before ?? {})) {
    const current = content[name]
    if (current === undefined || current === field) continue
    if (hasher.hashOf(current) === hasher.hashOf(field)) content[name] = field as object
  }
  const hash = hasher.hashOfFields(content)
  if (hash === before?.hash) return before
  return Object.freeze({ hash, ...(content as unknown as Omit<Snapshot, 'hash'>) })
}
