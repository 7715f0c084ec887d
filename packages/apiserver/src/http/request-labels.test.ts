import { expect, it } from 'vitest'

import { builtInKinds } from '../core-kinds/built-in-kinds.ts'
import { Registry } from '../resources/registry.ts'
import { labelsOf } from './request-labels.ts'
import { parseResourcePath } from './request-path.ts'

const registry = new Registry(builtInKinds())

const labels = (method: string, target: string, contentType = 'application/json') => {
  const { pathname: path, searchParams: query } = new URL(target, 'https://server')
  return labelsOf({ method, path, query, contentType }, parseResourcePath(path), registry)
}

it.each([
  ['GET', '/api/v1/pods', 'LIST pods/ cluster'],
  ['GET', '/api/v1/namespaces/default/pods', 'LIST pods/ namespace'],
  ['GET', '/api/v1/namespaces/default/pods?watch=1', 'WATCH pods/ namespace'],
  ['GET', '/api/v1/watch/namespaces/default/pods', 'WATCH pods/ namespace'],
  ['GET', '/api/v1/namespaces/default/pods/a', 'GET pods/ resource'],
  ['GET', '/api/v1/namespaces/default/pods/a/log', 'CONNECT pods/log resource'],
  ['POST', '/api/v1/namespaces/default/pods', 'POST pods/ resource'],
  [
    'PUT',
    '/apis/apps/v1/namespaces/default/deployments/a/status',
    'PUT deployments/status resource',
  ],
  ['DELETE', '/api/v1/namespaces/default/pods', 'DELETE pods/ namespace'],
  ['GET', '/api/v1/made-up', 'other / '],
  ['GET', '/api/v1/namespaces/default/pods/a/made-up', 'GET pods/ resource'],
  ['GET', '/livez/ping', 'GET /livez '],
  ['BREW', '/made-up', 'other / '],
])('counts %s %s as %s', (method, target, counted) => {
  const { verb, resource, subresource, scope } = labels(method, target)
  const what = subresource.startsWith('/') ? subresource : `${resource}/${subresource}`
  expect(`${verb} ${what} ${scope}`).toBe(counted)
})

it('tells apply from patch, and dry runs', () => {
  const path = '/api/v1/namespaces/default/pods/a'
  expect(labels('PATCH', path, 'application/apply-patch+yaml').verb).toBe('APPLY')
  expect(labels('PATCH', path).verb).toBe('PATCH')
  expect(labels('PATCH', `${path}?dryRun=All`).dry_run).toBe('All')
  expect(labels('PATCH', `${path}?dryRun=x`).dry_run).toBe('invalid')
})
