import { expect, it } from 'vitest'

import { BodyBudget } from './body-budget.ts'
import { RequestsInFlight, TooManyRequests } from './in-flight.ts'

const someone = { groups: ['system:authenticated'] }
const master = { groups: ['system:masters'] }

it('lets in so many requests that read, and so many that write', () => {
  const inFlight = new RequestsInFlight()
  const [leave] = Array.from({ length: 400 }, () => inFlight.enter('GET', someone))
  expect(() => inFlight.enter('GET', someone)).toThrow(TooManyRequests)
  expect(inFlight.readOnly).toBe(400)
  for (let count = 0; count < 200; count++) inFlight.enter('POST', someone)
  expect(() => inFlight.enter('DELETE', someone)).toThrow(TooManyRequests)
  inFlight.enter('DELETE', master)
  expect(inFlight.mutating).toBe(201)
  leave?.()
  inFlight.enter('GET', someone)
})

it('has room for so many bytes of bodies', () => {
  const budget = new BodyBudget(10)
  expect(budget.take(6)).toBe(true)
  expect(budget.take(6)).toBe(false)
  budget.giveBack(6)
  expect(budget.take(10)).toBe(true)
})
