import { createHash } from 'node:crypto'

import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { compareVersions } from '../definitions/version-order.ts'

/** One group with its versions, preferred first. */
export interface ServedGroup {
  readonly name: string
  readonly versions: readonly {
    readonly name: string
    readonly resources: readonly ResourceDefinition[]
  }[]
}

/**
 * Groups in the order of their first definition, including the core group (empty name); groups of
 * custom resources follow in the order of their names, since all have the same priority.
 */
export function groupResources(definitions: readonly ResourceDefinition[]): ServedGroup[] {
  const groups = [...Map.groupBy(definitions, ({ group }) => group)]
  const isCustom = ([, inGroup]: (typeof groups)[number]): boolean =>
    inGroup.every(({ origin }) => origin === 'custom')
  return groups
    .toSorted(
      (a, b) => Number(isCustom(a)) - Number(isCustom(b)) || (isCustom(a) && a[0] < b[0] ? -1 : 0),
    )
    .map(([name, inGroup]) => ({
      name,
      versions: [...Map.groupBy(inGroup, ({ version }) => version)]
        .map(([version, resources]) => ({
          name: version,
          resources: resources.toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
        }))
        .toSorted((a, b) => compareVersions(a.name, b.name)),
    }))
}

/** The aggregated discovery document for the given groups. */
export function aggregatedDiscovery(groups: readonly ServedGroup[], version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { ...(name === '' ? {} : { name }), creationTimestamp: null },
      versions: versions.map((each) => ({
        version: each.name,
        resources: each.resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  }
}

/** In a kind, an empty group and version are those of the resource. */
function aggregatedResource(definition: ResourceDefinition): object {
  const subresources = subresourcesOf(definition).map(({ name, elsewhere, kind, verbs }) => ({
    subresource: name,
    responseKind: { group: '', version: '', ...elsewhere, kind },
    verbs,
  }))
  return {
    resource: definition.plural,
    responseKind: { group: '', version: '', kind: definition.kind },
    scope: definition.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: definition.singular,
    verbs: definition.verbs,
    ...(definition.shortNames.length === 0 ? {} : { shortNames: definition.shortNames }),
    ...(definition.categories.length === 0 ? {} : { categories: definition.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

interface ListedSubresource {
  readonly name: string
  readonly kind: string
  /** Where the kind is defined, if not where the resource is. */
  readonly elsewhere?: { readonly group: string; readonly version: string }
  readonly verbs: readonly string[]
}

function subresourcesOf(definition: ResourceDefinition): readonly ListedSubresource[] {
  const { group: ownGroup, version: ownVersion, subresources } = definition
  if (subresources === undefined) return customSubresources(definition)
  return subresources.map(({ name, group, version, kind, verbs }) => ({
    name,
    kind,
    ...(group === ownGroup && version === ownVersion ? {} : { elsewhere: { group, version } }),
    verbs,
  }))
}

function customSubresources(definition: ResourceDefinition): readonly ListedSubresource[] {
  const verbs = ['get', 'patch', 'update']
  return [
    ...(definition.hasStatusSubresource ? [{ name: 'status', kind: definition.kind, verbs }] : []),
    ...(definition.scale === undefined
      ? []
      : [
          {
            name: 'scale',
            kind: 'Scale',
            elsewhere: { group: 'autoscaling', version: 'v1' },
            verbs,
          },
        ]),
  ]
}

/** `/api`: the versions of the core group. */
export function coreVersions(serverAddress: string): object {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress }],
  }
}

/** `/apis`: all named groups. */
export function groupList(groups: readonly ServedGroup[]): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(groupFields) }
}

/** `/apis/<group>`. */
export function groupDocument(group: ServedGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) }
}

function groupFields({ name, versions }: ServedGroup): object {
  const named = versions.map((each) => ({
    groupVersion: `${name}/${each.name}`,
    version: each.name,
  }))
  return { name, versions: named, preferredVersion: named[0] }
}

/** `/api/v1` and `/apis/<group>/<version>`: the resources of one version. */
export function resourceList(
  groupVersion: string,
  definitions: readonly ResourceDefinition[],
): object {
  return {
    kind: 'APIResourceList',
    // The documents of the core group are older than versions.
    ...(groupVersion.includes('/') ? { apiVersion: 'v1' } : {}),
    groupVersion,
    resources: definitions.flatMap((definition) => [
      resourceEntry(definition),
      ...subresourcesOf(definition).map(({ name, kind, elsewhere, verbs }) => ({
        name: `${definition.plural}/${name}`,
        singularName: '',
        namespaced: definition.namespaced,
        ...elsewhere,
        kind,
        verbs,
      })),
    ]),
  }
}

function resourceEntry(definition: ResourceDefinition): object {
  return {
    name: definition.plural,
    singularName: definition.singular,
    namespaced: definition.namespaced,
    kind: definition.kind,
    verbs: definition.verbs,
    ...(definition.shortNames.length === 0 ? {} : { shortNames: definition.shortNames }),
    ...(definition.categories.length === 0 ? {} : { categories: definition.categories }),
    ...(definition.verbs.includes('watch') ? { storageVersionHash: versionHash(definition) } : {}),
  }
}

/** Kinds that a real server stores in a version which is not served any more. */
const storedVersions: Readonly<Record<string, string>> = {
  'customresourcedefinitions.apiextensions.k8s.io': 'apiextensions.k8s.io/v1beta1',
}

/**
 * Tells clients when a resource is stored in another version (as StorageVersionHash in apiserver's
 * discovery).
 */
function versionHash({ storageResource, storageApiVersion, kind }: ResourceDefinition): string {
  const stored = storedVersions[storageResource] ?? storageApiVersion
  const apiVersion = stored.includes('/') ? stored : `/${stored}`
  const digest = createHash('sha256').update(`${apiVersion}/${kind}`).digest()
  return digest.subarray(0, 8).toString('base64')
}
