import { describe, expect, it } from 'vitest'

import { accessOf } from './request-access.ts'
import { parseResourcePath } from './request-path.ts'

function access(method: string, target: string): string {
  const [path = '', query = ''] = target.split('?')
  const request = { method, path, query: new URLSearchParams(query) }
  const {
    verb,
    resource,
    subresource = '',
    namespace,
    name,
    group,
  } = accessOf(request, parseResourcePath(path))
  return [verb, group, resource, subresource, namespace, name].join(' ')
}

describe('what a request wants to do', () => {
  it.each([
    ['GET', '/api/v1/namespaces/a', 'get  namespaces  a a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update  namespaces finalize a a'],
    ['GET', '/api/v1/namespaces', 'list  namespaces   '],
    ['GET', '/api/v1/namespaces/a/pods/p/log', 'get  pods log a p'],
    ['POST', '/apis/apps/v1/namespaces/a/deployments', 'create apps deployments  a '],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection  pods  a '],
    ['GET', '/api/v1/nodes?watch=1&fieldSelector=metadata.name%3Dn', 'watch  nodes   n'],
    ['GET', '/api/v1/secrets?fieldSelector=metadata.name%3Ds%2Ctype%3Dx', 'list  secrets   s'],
    ['GET', '/api/v1/secrets?fieldSelector=metadata.name!%3Ds', 'list  secrets   '],
    ['GET', '/api/v1/secrets?fieldSelector=%5C', 'list  secrets   '],
  ])('%s %s', (method, target, expected) => {
    expect(access(method, target)).toBe(expected)
  })
})
