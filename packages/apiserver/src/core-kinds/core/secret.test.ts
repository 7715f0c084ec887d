import { isBadRequest, type KubernetesObject } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import { secretRules } from './secret.ts'

function prepared(fields: object): KubernetesObject {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, ...fields }
  secretRules.writeRules?.defaults?.(secret)
  return secret
}

it('a Secret is stored with its stringData in data', () => {
  const secret = prepared({ data: { a: 'eA==' }, stringData: { b: 'x', none: null } })
  expect(secret).toMatchObject({ type: 'Opaque', data: { a: 'eA==', b: 'eA==', none: '' } })
  expect(secret).not.toHaveProperty('stringData')
})

it.each([
  [{ stringData: { key: 12_345 } }, 'stringData.key: must be a string'],
  [{ stringData: 'hidden' }, 'stringData: must be a map'],
  [{ data: { key: 'hidden!' } }, 'data.key: illegal base64 data'],
])('a Secret with %j is a bad request: %s', (fields, problem) => {
  const message = `Secret in version "v1" cannot be handled as a Secret: ${problem}`
  expect(() => prepared(fields)).toThrow(
    expect.toSatisfy((error: unknown) => isBadRequest(error) && String(error).endsWith(message)),
  )
})
