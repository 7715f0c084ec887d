import { ConfigMap, Pod } from '@fairlead/kube-types'
import { describe, expect, it } from 'vitest'
import { callRequest } from './call-request.ts'

describe('a call', () => {
  const type = ConfigMap
  const namespace = 'shop'

  // client-go rest/request.go refuses the same: what is no single segment of a path.
  it.each(['.', '..', 'a/b', '../../kube-system/secrets/token', 'a%2Fb'])(
    'is about nothing else than its object, though its name is %j',
    (name) => {
      const call = { verb: 'delete', type, key: { namespace, name }, options: {} } as const
      expect(() => callRequest(call)).toThrow(`invalid name "${name}" of a ConfigMap: it may not`)
    },
  )

  it.each(['..', 'a/b', 'a%'])('is in its namespace, though that is named %j', (other) => {
    const list = { verb: 'list', type, options: { namespace: other } } as const
    expect(() => callRequest(list)).toThrow(`invalid namespace "${other}"`)
    const key = { namespace: other, name: 'a' }
    expect(() => callRequest({ verb: 'get', type, key, options: {} })).toThrow('invalid namespace')
  })

  it('may name what RBAC names with a colon', () => {
    const key = { namespace, name: 'system:a.b' }
    const { path } = callRequest({ verb: 'get', type: Pod, key, options: {} })
    expect(path).toBe('/api/v1/namespaces/shop/pods/system%3Aa.b')
  })
})
