import { describe, expect, it } from 'vitest'
import type { KubernetesObject } from './object.ts'
import { secretText, storedSecretData } from './secret-data.ts'

const written = (fields: object): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's' },
  ...fields,
})

describe('storedSecretData', () => {
  it('encodes stringData into data, before which it goes', () => {
    const data = { kept: 'a2VwdA==', both: 'b2xk', broken: 'YQ\n==', none: null }
    expect(storedSecretData(written({ data, stringData: { both: 'new' } }))).toEqual({
      data: { kept: 'a2VwdA==', both: 'bmV3', broken: 'YQ\n==', none: '' },
      problems: [],
    })
    expect(storedSecretData(written({}))).toEqual({ data: {}, problems: [] })
  })

  it.each([
    [{ data: { key: 12_345 } }, 'data.key: must be a string'],
    [{ data: { key: 'hidden!' } }, 'data.key: illegal base64 data'],
    [{ data: ['hidden'] }, 'data: must be a map'],
    [{ stringData: { key: 12_345 } }, 'stringData.key: must be a string'],
    [{ stringData: 'hidden' }, 'stringData: must be a map'],
  ])('refuses %j: %s', (fields, problem) => {
    expect(storedSecretData(written(fields)).problems).toEqual([problem])
  })
})

describe('secretText', () => {
  const secret = { ...written({}), data: { key: 'w6Q=' } }

  it('is the text of a key', () => {
    expect(secretText(secret, 'key')).toBe('ä')
  })

  it('is undefined without the Secret, its data or the key', () => {
    expect(secretText(undefined, 'key')).toBeUndefined()
    expect(secretText(written({}), 'key')).toBeUndefined()
    expect(secretText(secret, 'constructor')).toBeUndefined()
  })
})
