import assert from 'node:assert'

import { ConfigMap, Secret } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { TestEnvironment } from '../test-environment.ts'
import { WaitError } from './wait-for.ts'

const key = { namespace: 'default', name: 'a' }
const map = (value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: key,
  data: { value },
})

describe('waitFor', () => {
  let environment: TestEnvironment

  beforeEach(async () => {
    environment = await TestEnvironment.start({ env: {} })
  })
  afterEach(() => environment.stop())

  it('resolves to an object that is there, or comes, or becomes what is asked for', async () => {
    const { client } = environment
    const coming = environment.waitFor(ConfigMap, key)
    await environment.install(map('1'))
    expect((await coming).data).toEqual({ value: '1' })
    const changed = environment.waitFor(ConfigMap, key, ({ data }) => data?.['value'] === '2')
    await environment.install(map('2'))
    expect((await changed).data).toEqual({ value: '2' })
    await environment.waitFor(ConfigMap, key, ({ data }) => data?.['value'] === '2')
    const gone = environment.waitForDeletion(ConfigMap, key)
    await client.delete(ConfigMap, key)
    await gone
    await environment.waitForDeletion(ConfigMap, key)
  })

  it('takes assertions, and shows the last that failed with the last state', async () => {
    await environment.install(map('1'))
    const waiting = environment.waitFor(
      ConfigMap,
      key,
      ({ data }) => assert.equal(data?.['value'], '2', 'the value is old'),
      { timeoutMs: 100 },
    )
    const error = await waiting.catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(WaitError)
    expect((error as Error).message).toMatch(
      /^ConfigMap default\/a is not as expected after 100 ms: the value is old\nit is\n[^]*value: "1"/,
    )
    expect((error as Error).cause).toBeInstanceOf(assert.AssertionError)
  })

  it('says that there is no such object, or that the server cannot be asked', async () => {
    await expect(
      environment.waitFor(ConfigMap, key, undefined, { timeoutMs: 100 }),
    ).rejects.toThrow(
      'ConfigMap default/a is not as expected after 100 ms: there is no such object',
    )
    environment.faults.inject({ fault: { type: 'status', code: 403, message: 'not you' } })
    await expect(environment.waitForDeletion(ConfigMap, key, { timeoutMs: 100 })).rejects.toThrow(
      'not you',
    )
  })

  it('shows nothing of what a Secret holds', async () => {
    await environment.install({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        ...key,
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'c2VjcmV0' },
      },
      data: { password: 'c2VjcmV0' },
    })
    const error = await environment
      .waitFor(Secret, key, () => false, { timeoutMs: 100 })
      .catch((thrown: unknown) => thrown)
    expect((error as Error).message).toContain('password: (hidden)')
    expect((error as Error).message).not.toContain('c2VjcmV0')
  })
})
