/** What the path of a resource request names. */
export interface ResourcePath {
  readonly group: string
  readonly version: string
  readonly namespace: string
  readonly resource: string
  readonly name?: string
  readonly subresource?: string
  /** What follows the subresource, which only a proxy takes. */
  readonly subpath?: string
  /** The older way to watch: `/api/v1/watch/…`, with or without a name. */
  readonly watches: boolean
}

const namespaceSubresources: ReadonlySet<string> = new Set(['status', 'finalize'])

/**
 * Parses `/api/v1/…` and `/apis/group/version/…` paths that name a resource, as RequestInfoFactory
 * in apiserver does; undefined for any other path, including the discovery documents of a group.
 */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const segments = path.replaceAll(/^\/+|\/+$/g, '').split('/')
  const root = segments.shift()
  if (root !== 'api' && root !== 'apis') return undefined
  const group = root === 'api' ? '' : segments.shift()
  const version = segments.shift()
  if (group === undefined || version === undefined || segments.length === 0) return undefined
  const watches = segments[0] === 'watch' && segments.length > 1
  return { group, version, watches, ...located(watches ? segments.slice(1) : segments) }
}

function located(segments: readonly string[]): Omit<ResourcePath, 'group' | 'version' | 'watches'> {
  const [first, second = '', third] = segments
  // `/namespaces/x`, `/namespaces/x/status` and `/namespaces/x/finalize` address the namespace
  // itself.
  const isScoped =
    first === 'namespaces' && third !== undefined && !namespaceSubresources.has(third)
  const [resource = '', name, subresource, ...rest] = isScoped ? segments.slice(2) : segments
  return {
    namespace: isScoped ? second : '',
    resource,
    ...(name === undefined ? {} : { name }),
    ...(subresource === undefined ? {} : { subresource }),
    ...(rest.length === 0 ? {} : { subpath: rest.join('/') }),
  }
}
