import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { UncaughtErrors } from './uncaught-errors.ts'

function setUp(error: (fields: object, message?: string) => void = () => {}) {
  const clock = new FakeClock()
  const told = { tooMany: 0 }
  const errors = new UncaughtErrors({
    clock,
    logger: { error },
    onTooMany: () => void (told.tooMany += 1),
  })
  return { clock, told, errors }
}

describe('errors that nothing catches', () => {
  it('are logged and counted', () => {
    const logged: object[] = []
    const { errors } = setUp((fields) => logged.push(fields))
    const error = new Error('broken')
    errors.caught(error, 'unhandledRejection')
    expect(logged).toEqual([{ error, origin: 'unhandledRejection' }])
    expect(errors.count).toBe(1)
  })

  it('are counted where they cannot be logged', () => {
    const { errors } = setUp(() => {
      throw new Error('no log')
    })
    errors.caught(undefined, 'uncaughtException')
    expect(errors.count).toBe(1)
  })

  it('are too many when there are more than ten within a minute, which is said once', async () => {
    const { clock, errors, told } = setUp()
    for (let number = 0; number < 30; number++) {
      errors.caught(new Error('again'), 'uncaughtException')
      await clock.advance(6_000)
    }
    expect(told.tooMany).toBe(0)
    for (let number = 0; number < 20; number++) errors.caught(new Error('again'), 'x')
    expect(told.tooMany).toBe(1)
    expect(errors.count).toBe(50)
  })
})
