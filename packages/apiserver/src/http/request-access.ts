import { checkPathSegment, parseFieldSelector } from '@fairlead/kube-core'

import { type Access, pathAccess } from '../auth/access.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { ResourcePath } from './request-path.ts'
import { verbOf } from './request-verb.ts'

/**
 * What a request wants to do, as roles name it (RequestInfoFactory in apiserver): a namespace is in
 * itself, and a list of the one object that a field selector names is access to that object.
 */
export function accessOf(
  request: Pick<ApiRequest, 'method' | 'path' | 'query'>,
  path: ResourcePath | undefined,
): Access {
  if (path === undefined) return pathAccess(request.method.toLowerCase(), request.path)
  const { group, resource, subresource, name } = path
  const verb = verbOf(request, path)
  const isNamespace = resource === 'namespaces' && name !== undefined
  const lists = verb === 'list' || verb === 'watch'
  return {
    verb,
    group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    namespace: isNamespace ? name : path.namespace,
    name: name ?? (lists ? selectedName(request.query) : ''),
  }
}

/** The name that `fieldSelector=metadata.name=…` asks for; empty without one. */
function selectedName(query: URLSearchParams): string {
  const selector = query.get('fieldSelector')
  if (selector === null || selector === '') return ''
  try {
    const { requirements } = parseFieldSelector(selector)
    const named = requirements.find(
      ({ path, operator }) => path === 'metadata.name' && operator === '=',
    )
    return named !== undefined && checkPathSegment(named.value).length === 0 ? named.value : ''
  } catch {
    // A selector that cannot be read is refused once the request is authorized.
    return ''
  }
}
