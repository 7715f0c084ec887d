import { errors } from '@fairlead/kube-core'

/** What the path of a resource request names. */
export interface ResourcePath {
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly name?: string
  readonly subresource?: string
}

/**
 * Parses `/api/v1/…` and `/apis/group/version/…` paths that name a resource; undefined for any
 * other path, including the discovery documents of a group.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.split('/').slice(1).map(decode)
  if (segments.at(-1) === '') segments.pop()
  const root = segments.shift()
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : segments.shift()
  const version = segments.shift()
  if (group === undefined || version === undefined || segments.length === 0) return undefined
  const [first, namespace = '', resource] = segments
  // `/namespaces/x`, `/namespaces/x/status` and `/namespaces/x/finalize` address the namespace
  // itself.
  const scoped =
    first === 'namespaces' &&
    resource !== undefined &&
    !(segments.length === 3 && (resource === 'status' || resource === 'finalize'))
  return scoped
    ? locate(group, version, namespace, segments.slice(2))
    : locate(group, version, '', segments)
}

function locate(
  group: string,
  version: string,
  namespace: string,
  [resource = '', name, ...rest]: string[],
): ResourcePath {
  return {
    group,
    version,
    namespace,
    resource,
    ...(name === undefined ? {} : { name }),
    ...(rest.length === 0 ? {} : { subresource: rest.join('/') }),
  }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw errors.badRequest(`the path segment "${segment}" is not valid percent-encoding`)
  }
}
