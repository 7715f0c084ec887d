import type { GroupVersionKind, Schema } from './schema.ts'

/** A kind with a path of its own. */
export interface AddressedKind extends GroupVersionKind {
  readonly plural: string
  readonly namespaced: boolean
}

interface Operation {
  readonly 'x-kubernetes-group-version-kind'?: GroupVersionKind
}

/** One OpenAPI document. */
export interface Document {
  readonly paths: Readonly<Record<string, { readonly get?: Operation; readonly post?: Operation }>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

const collection = /^\/(?:api|apis\/[^/]+)\/[^/]+\/(namespaces\/\{namespace\}\/)?([a-z]+)$/

/** The kinds whose collections the document has paths for, by plural. */
export function addressedKinds({ paths }: Document): AddressedKind[] {
  const found = new Map<string, AddressedKind>()
  for (const [path, { get, post }] of Object.entries(paths)) {
    const [, namespace, plural] = collection.exec(path) ?? []
    const kind = (post ?? get)?.['x-kubernetes-group-version-kind']
    if (plural === undefined || kind === undefined) continue
    // A namespaced kind has a second collection, of all namespaces.
    const namespaced = namespace !== undefined || (found.get(plural)?.namespaced ?? false)
    found.set(plural, { ...kind, plural, namespaced })
  }
  return [...found.values()]
}
