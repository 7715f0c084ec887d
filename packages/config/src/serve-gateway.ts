import type { KubernetesObject } from '@fairlead/kube-core'
import { contentHash } from './canonical-json.ts'
import type { Catalogue, Judged } from './findings.ts'
import { frozenMap } from './frozen-map.ts'
import { assignApiKeys } from './gateway-consumers.ts'
import { grantPaths } from './gateway-prompts.ts'
import { mergeRoutes, type JudgedPolicy } from './gateway-routes.ts'
import type { JudgedResources } from './judged-resources.ts'
import { namespaceOf } from './resource-key.ts'
import type { LLMGatewaySettings, Snapshot } from '@fairlead/snapshot'

/** What one gateway serves, and what it had to refuse. */
export interface ServedGateway {
  readonly key: string
  readonly snapshot: Snapshot
  /** `Kind namespace/name` of every resource in the snapshot, policies apart. */
  readonly members: ReadonlySet<string>
  /** By `Kind namespace/name`: why a claim of the resource was lost on this gateway. */
  readonly conflicts: ReadonlyMap<string, string>
}

/**
 * The snapshot of one gateway: every usable resource of the namespaces that it allows, and what its
 * defaults and routes refer to by a granted reference into other namespaces.
 */
export function serveGateway(
  gateway: { readonly key: string; readonly settings: LLMGatewaySettings },
  allows: (namespace: string) => boolean,
  policies: readonly JudgedPolicy[],
  judged: JudgedResources,
): ServedGateway {
  const { settings } = gateway
  const members = new Set<string>()
  const select = <R extends KubernetesObject, S>(
    catalogue: Catalogue<R, S>,
    referred: readonly (string | undefined)[],
  ): readonly Judged<R, S>[] => {
    const selected = [...catalogue.byKey.values()].filter(
      (entry) =>
        entry.settings !== undefined &&
        (allows(namespaceOf(entry.resource)) || referred.includes(entry.key)),
    )
    for (const { key } of selected) members.add(memberKey(catalogue.kind, key))
    return selected
  }

  const { routes, conflicts: routeConflicts } = mergeRoutes(policies)
  const { prompts, conflicts: pathConflicts } = grantPaths(select(judged.prompts, []))
  const { consumers, conflicts: keyConflicts } = assignApiKeys(select(judged.consumers, []))
  const targets = routes.flatMap((route) => route.targets.map((target) => target.provider))
  const providers = select(judged.providers, [...settings.defaultProviders, ...new Set(targets)])
  const content: Omit<Snapshot, 'hash'> = {
    gateway: settings,
    providers: settingsByKey(providers),
    routes,
    prompts,
    personas: settingsByKey(select(judged.personas, [settings.defaultPersona])),
    strategies: settingsByKey(select(judged.strategies, [settings.defaultStrategy])),
    stores: settingsByKey(select(judged.stores, [settings.defaultStore])),
    consumers,
  }
  return {
    key: gateway.key,
    snapshot: { hash: contentHash(content), ...content },
    members,
    conflicts: new Map([
      ...withKind(judged.policies.kind, routeConflicts),
      ...withKind(judged.prompts.kind, pathConflicts),
      ...withKind(judged.consumers.kind, keyConflicts),
    ]),
  }
}

export function memberKey(kind: string, key: string): string {
  return `${kind} ${key}`
}

function settingsByKey<S>(entries: readonly Judged<KubernetesObject, S>[]): ReadonlyMap<string, S> {
  return frozenMap(
    entries.flatMap(({ key, settings }) =>
      settings === undefined ? [] : [[key, settings] as const],
    ),
  )
}

function withKind(kind: string, conflicts: ReadonlyMap<string, string>): [string, string][] {
  return [...conflicts].map(([key, message]) => [memberKey(kind, key), message])
}
