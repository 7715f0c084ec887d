import type { KubernetesObject, TypedObject } from './object.ts'

/**
 * How a kind is addressed on the API server. `T` is the type of its objects, for the compiler only.
 */
export interface ResourceType<T extends TypedObject = TypedObject> {
  /** Empty for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Only the metadata of its objects is read; see `metadataOnly` of controller-runtime. */
  readonly metadataOnly?: true
  readonly _object?: T
}

/** The same kind for code that handles kinds of any sort: its objects as JSON with any fields. */
export function untyped(type: ResourceType): ResourceType<KubernetesObject> {
  return type as ResourceType<KubernetesObject>
}

/** `v1` for the core group, otherwise `group/version`. */
export function apiVersionOf(type: { group: string; version: string }): string {
  return type.group === '' ? type.version : `${type.group}/${type.version}`
}

/** The inverse of `apiVersionOf`; a string without a slash is a version of the core group. */
export function parseApiVersion(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/')
  if (slash < 0) return { group: '', version: apiVersion }
  return { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) }
}

/** `pods`, `deployments.apps`: how the API server names a resource in its messages. */
export function qualifiedResource(type: { group: string; plural: string }): string {
  return type.group === '' ? type.plural : `${type.plural}.${type.group}`
}

/** `Pod`, `Deployment.apps`: how the API server names a kind in its messages. */
export function qualifiedKind(type: { group: string; kind: string }): string {
  return type.group === '' ? type.kind : `${type.kind}.${type.group}`
}

/**
 * The URL path of a collection (no name) or of one object. A namespaced kind without a namespace
 * addresses all namespaces; the namespace of a cluster-scoped kind is ignored.
 */
export function resourcePath(
  type: ResourceType,
  key: { namespace?: string; name?: string } = {},
  subresource?: string,
): string {
  const segments = type.group === '' ? ['api', type.version] : ['apis', type.group, type.version]
  if (type.namespaced && key.namespace) segments.push('namespaces', key.namespace)
  segments.push(type.plural)
  if (key.name) segments.push(key.name)
  if (subresource) segments.push(...subresource.split('/'))
  return segments.map((segment) => '/' + encodeURIComponent(segment)).join('')
}
