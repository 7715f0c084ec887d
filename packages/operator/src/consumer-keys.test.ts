import type { ConsumerStatus } from '@fairlead/api'
import { timestamp } from '@fairlead/kube-core'
import { afterEach, expect, it } from 'vitest'
import { resource, startOperator, type RunningOperator } from './test-support/start-operator.ts'

const dayMs = 86_400_000
const sha256 = 'a'.repeat(64)

let operator: RunningOperator
afterEach(() => operator.stop())

const consumer = (...apiKeys: readonly object[]) => resource('Consumer', 'app', { apiKeys })
const at = (days: number) => timestamp(operator.clock.now() + days * dayMs)
const keys = () => (operator.api.get('Consumer', 'app').status as ConsumerStatus).keys
const keysValid = () => operator.condition('Consumer', 'app', 'KeysValid')
const reasons = () =>
  operator.api.events.map(({ reason, note }) => `${String(reason)}: ${String(note)}`)

it('keys that begin to expire, and that expire, are told when they do', async () => {
  operator = await startOperator([resource('LLMGateway', 'default', {}), consumer()])
  expect(keysValid()).toBeUndefined()
  const end = at(8)
  operator.api.put(
    consumer({ name: 'main', sha256, expiresAt: end }, { name: 'ever', sha256: 'b'.repeat(64) }),
  )
  await operator.settle()
  expect(keys()).toEqual([
    { name: 'main', state: 'Active', expiresAt: end },
    { name: 'ever', state: 'Active' },
  ])
  expect(keysValid()).toMatchObject({ status: 'True', reason: 'Valid' })
  expect(reasons()).toEqual([])

  await operator.clock.advance(dayMs)
  await operator.settle()
  expect(keys()).toMatchObject([{ state: 'Expiring' }, { state: 'Active' }])
  expect(keysValid()).toMatchObject({
    status: 'True',
    reason: 'Expiring',
    message: expect.stringContaining(`main (${end})`),
  })
  expect(reasons()).toEqual([`KeyExpiring: The API key main expires at ${end}`])

  await operator.clock.advance(7 * dayMs)
  await operator.settle()
  expect(keys()).toMatchObject([{ state: 'Expired' }, { state: 'Active' }])
  expect(keysValid()).toMatchObject({ status: 'False', reason: 'Expired' })
  expect(reasons().slice(1)).toEqual([`KeyExpired: The API key main has expired at ${end}`])

  operator.api.put(consumer())
  await operator.settle()
  expect(keys() ?? []).toEqual([])
  expect(keysValid()).toBeUndefined()
})

it('a key that is new and short-lived is no event, one that had expired already is', async () => {
  operator = await startOperator([resource('LLMGateway', 'default', {}), consumer()])
  operator.api.put(
    consumer(
      { name: 'short', sha256, expiresAt: at(1) },
      { name: 'old', sha256: 'b'.repeat(64), expiresAt: at(-1) },
    ),
  )
  await operator.settle()
  expect(keys()).toMatchObject([{ state: 'Expiring' }, { state: 'Expired' }])
  expect(reasons()).toEqual([`KeyExpired: The API key old has expired at ${at(-1)}`])
})
