import { describe, expect, it } from 'vitest'

import { builtInKinds } from '../core-kinds/built-in-kinds.ts'
import { parseResourcePath } from './request-path.ts'
import { checkBuiltInRoute } from './routes.ts'

function answer(method: string, path: string): number {
  const parsed = parseResourcePath(path)
  const definition = builtInKinds().find(
    ({ group, plural }) => group === parsed?.group && plural === parsed.resource,
  )
  if (parsed === undefined || definition === undefined) return 404
  try {
    checkBuiltInRoute(definition, parsed, method)
    return 200
  } catch (error) {
    return (error as { code: number }).code
  }
}

describe('routes of built-in kinds', () => {
  it.each([
    ['GET', '/api/v1/configmaps', 200],
    ['POST', '/api/v1/configmaps', 405],
    ['DELETE', '/api/v1/configmaps', 405],
    ['GET', '/api/v1/configmaps/x', 404],
    ['POST', '/api/v1/namespaces/a/configmaps', 200],
    ['PUT', '/api/v1/namespaces/a/configmaps', 405],
    ['PATCH', '/api/v1/namespaces/a/configmaps/x', 200],
    ['POST', '/api/v1/namespaces/a/configmaps/x', 405],
    ['HEAD', '/api/v1/namespaces/a/configmaps/x', 405],
    ['GET', '/api/v1/namespaces/a/configmaps/x/status', 404],
    ['GET', '/api/v1/namespaces/a/pods/x/status', 200],
    ['DELETE', '/api/v1/namespaces/a/pods/x/status', 405],
    ['GET', '/api/v1/namespaces/a/pods/x/log/more', 404],
    ['HEAD', '/api/v1/namespaces/a/pods/x/proxy/some/path', 200],
    ['DELETE', '/api/v1/namespaces', 405],
    ['DELETE', '/api/v1/namespaces/a', 200],
    ['PUT', '/api/v1/namespaces/a/finalize', 200],
    ['GET', '/api/v1/namespaces/a/finalize', 405],
    ['GET', '/api/v1/namespaces/a/namespaces/b', 404],
    ['GET', '/api/v1/watch/pods', 200],
    ['POST', '/api/v1/watch/pods', 405],
    ['GET', '/api/v1/watch/pods/x', 404],
    ['GET', '/api/v1/watch/namespaces/a/pods/x', 200],
    ['GET', '/api/v1/watch/componentstatuses', 404],
  ])('%s %s is answered with %i', (method, path, code) => {
    expect(answer(method, path)).toBe(code)
  })
})
