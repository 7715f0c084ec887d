import type { PublishedSchema } from './published-documents.ts'

interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** `APIGroupDiscoveryList`; only what is read here. */
export interface DiscoveryList {
  readonly items: readonly {
    readonly metadata: { readonly name?: string }
    readonly versions: readonly {
      readonly version: string
      readonly resources?: readonly DiscoveredResource[]
    }[]
  }[]
}

interface DiscoveredResource {
  readonly resource: string
  readonly responseKind?: GroupVersionKind
  readonly scope: 'Namespaced' | 'Cluster'
  readonly singularResource: string
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly subresources?: readonly {
    readonly subresource: string
    readonly responseKind?: GroupVersionKind
    readonly verbs: readonly string[]
  }[]
}

/** The table of resources, as `api-types/built-in-resource.ts` reads it. */
export function resourceTable(
  lists: readonly DiscoveryList[],
  schemas: ReadonlyMap<string, PublishedSchema>,
): readonly object[] {
  const typeNames = namesByKind(schemas)
  return lists.flatMap(({ items }) =>
    items.flatMap(({ metadata: { name: group = '' }, versions }) =>
      versions.flatMap(({ version, resources = [] }) =>
        resources.map((each) => resourceRow(group, version, each)),
      ),
    ),
  )

  function resourceRow(group: string, version: string, found: DiscoveredResource): object {
    const kind = kindOf(found.responseKind, group, version)
    const { shortNames, categories, subresources } = found
    return {
      group,
      version,
      kind: kind.kind,
      plural: found.resource,
      singular: found.singularResource,
      type: typeNames.get(keyOf(kind)),
      namespaced: found.scope === 'Namespaced',
      verbs: found.verbs,
      ...(shortNames === undefined ? {} : { shortNames }),
      ...(categories === undefined ? {} : { categories }),
      ...(subresources === undefined
        ? {}
        : {
            subresources: subresources.map(({ subresource, responseKind, verbs }) => {
              const answer = kindOf(responseKind, group, version)
              return { name: subresource, ...answer, type: typeNames.get(keyOf(answer)), verbs }
            }),
          }),
    }
  }
}

/** Discovery leaves out the group and version that the list is of. */
function kindOf(
  found: GroupVersionKind | undefined,
  group: string,
  version: string,
): GroupVersionKind {
  const kind = found?.kind ?? ''
  return found === undefined || found.version === ''
    ? { group, version, kind }
    : { group: found.group, version: found.version, kind }
}

function namesByKind(schemas: ReadonlyMap<string, PublishedSchema>): Map<string, string> {
  const names = new Map<string, string>()
  for (const [name, schema] of schemas) {
    for (const kind of schema['x-kubernetes-group-version-kind'] ?? []) names.set(keyOf(kind), name)
  }
  return names
}

function keyOf({ group, version, kind }: GroupVersionKind): string {
  return `${group}/${version}/${kind}`
}
