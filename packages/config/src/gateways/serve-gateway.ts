import { LLMGateway } from '@fairlead/api'
import type { Capabilities, Snapshot } from '@fairlead/snapshot'
import { memberKey, type Catalogue, type Catalogues } from '../judging/catalogue.ts'
import { settleClaims } from '../judging/claims.ts'
import type { Judged } from '../judging/judged.ts'
import type { Member, SnapshotPart } from '../judging/kind-compiler.ts'
import { contentHash } from '../values/content-hash.ts'
import { namespaceOf } from '../values/resource-key.ts'
import { attachmentsOf } from './attachment.ts'
import type { AcceptedGateway, Gateways } from './gateways.ts'

/** What one gateway serves, and what it had to refuse. */
export interface ServedGateway {
  readonly key: string
  readonly snapshot: Snapshot
  /** `Kind namespace/name` of every resource that belongs to it, usable or not. */
  readonly serves: ReadonlySet<string>
  /** By `Kind namespace/name`: what the resource lost on this gateway, and to whom. */
  readonly losses: ReadonlyMap<string, string>
}

/**
 * The snapshot of one gateway: every usable resource that is attached to it or in a namespace that
 * it allows, without the claims that it lost, and what these need by a granted reference into other
 * namespaces. What refers comes before what is referred to, so that needs are known in time.
 */
export function serveGateway(
  gateway: AcceptedGateway,
  gateways: Gateways,
  catalogues: Catalogues,
  capabilities: Capabilities,
): ServedGateway {
  const serves = new Set<string>()
  const needed = new Set<string>()
  const losses = new Map<string, string>()
  const parts: SnapshotPart[] = []
  for (const catalogue of [...catalogues.values()].toReversed()) {
    const { compiler } = catalogue
    const { kind } = compiler.type
    const belongs = membership(catalogue, gateway, gateways)
    const own = [...catalogue.byKey.values()].filter(
      (entry) => belongs(entry) || needed.has(memberKey(kind, entry.key)),
    )
    for (const { key } of own) serves.add(memberKey(kind, key))
    const settled = compiler.claims
      ? settleClaims(usable(own), compiler.claims, capabilities)
      : { members: usable(own), losses: new Map<string, string>() }
    for (const [key, loss] of settled.losses) losses.set(memberKey(kind, key), loss)
    for (const { settings } of settled.members) {
      for (const { type, key } of compiler.needs?.(settings) ?? []) {
        needed.add(memberKey(type.kind, key))
      }
    }
    parts.push(compiler.contribute(settled.members))
  }
  return { key: gateway.key, snapshot: snapshotOf(parts), serves, losses }
}

/** Which resources of a kind belong to a gateway by themselves, without anybody needing them. */
function membership(
  { compiler }: Catalogue,
  gateway: AcceptedGateway,
  gateways: Gateways,
): (entry: Judged) => boolean {
  if (compiler.type.kind === LLMGateway.kind) return ({ key }) => key === gateway.key
  return ({ resource }) => {
    const references = compiler.gatewayRefs?.(resource)
    if (references === undefined) return gateway.allows(namespaceOf(resource))
    return attachmentsOf(resource, references, gateways).some(
      ({ gatewayKey, refusal }) => gatewayKey === gateway.key && refusal === undefined,
    )
  }
}

function usable(entries: readonly Judged[]): readonly Member[] {
  return entries.flatMap(({ resource, key, settings }) =>
    settings === undefined ? [] : [{ resource, key, settings }],
  )
}

/** Every field of a snapshot is contributed by a kind: `kinds.test.ts` holds the list to that. */
function snapshotOf(parts: readonly SnapshotPart[]): Snapshot {
  const content = Object.assign({}, ...parts) as Omit<Snapshot, 'hash'>
  return { hash: contentHash(content), ...content }
}
