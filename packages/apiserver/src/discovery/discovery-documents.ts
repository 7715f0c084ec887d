import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { compareVersions } from './version-order.ts'

/** One group with its versions, preferred first. */
export interface ServedGroup {
  readonly name: string
  readonly versions: readonly {
    readonly name: string
    readonly resources: readonly ResourceDefinition[]
  }[]
}

const subresourceVerbs = ['get', 'patch', 'update'] as const

/** Groups in the order in which they were first defined, the core group (empty name) included. */
export function groupResources(definitions: readonly ResourceDefinition[]): ServedGroup[] {
  return [...Map.groupBy(definitions, ({ group }) => group)].map(([name, inGroup]) => ({
    name,
    versions: [...Map.groupBy(inGroup, ({ version }) => version)]
      .map(([version, resources]) => ({
        name: version,
        resources: resources.toSorted((a, b) => (a.plural < b.plural ? -1 : 1)),
      }))
      .toSorted((a, b) => compareVersions(a.name, b.name)),
  }))
}

/** The aggregated document: everything about the given groups at once. */
export function aggregatedDiscovery(groups: readonly ServedGroup[], version: string): object {
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: groups.map(({ name, versions }) => ({
      metadata: { name, creationTimestamp: null },
      versions: versions.map((each) => ({
        version: each.name,
        resources: each.resources.map(aggregatedResource),
        freshness: 'Current',
      })),
    })),
  }
}

function aggregatedResource(definition: ResourceDefinition): object {
  const { group, version, kind } = definition
  const responseKind = { group, version, kind }
  const subresources = subresourcesOf(definition).map(({ name, kind: subresourceKind }) => ({
    subresource: name,
    responseKind: subresourceKind ?? responseKind,
    verbs: subresourceVerbs,
  }))
  return {
    resource: definition.plural,
    responseKind,
    scope: definition.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: definition.singular,
    verbs: definition.verbs,
    ...(definition.shortNames.length === 0 ? {} : { shortNames: definition.shortNames }),
    ...(definition.categories.length === 0 ? {} : { categories: definition.categories }),
    ...(subresources.length === 0 ? {} : { subresources }),
  }
}

function subresourcesOf(definition: ResourceDefinition): {
  name: string
  kind?: { group: string; version: string; kind: string }
}[] {
  return [
    ...(definition.scale
      ? [{ name: 'scale', kind: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }]
      : []),
    ...(definition.hasStatusSubresource ? [{ name: 'status' }] : []),
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

/** `/apis`: every named group. */
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
    apiVersion: 'v1',
    groupVersion,
    resources: definitions.flatMap((definition) => [
      resourceEntry(definition),
      ...subresourcesOf(definition).map(({ name, kind }) => ({
        name: `${definition.plural}/${name}`,
        singularName: '',
        namespaced: definition.namespaced,
        ...(kind ?? { kind: definition.kind }),
        verbs: subresourceVerbs,
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
  }
}
