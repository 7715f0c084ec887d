import { describe, expect, it } from 'vitest'
import { pinPersona } from './pin-persona.ts'
import { renderPersona } from './render-persona.ts'
import { randomPersona } from './test-support/random-persona.ts'

const nowMs = Date.UTC(2026, 0, 1, 23, 59)
const clock = { name: 'today', default: undefined, from: 'Clock' } as const
const named = { name: 'name', default: 'Ada', from: undefined } as const

describe('the text of a persona', () => {
  it.each([
    ['the date, not the caller’s value, for a clock variable', { today: 'x' }, '2026-01-01 Ada'],
    ['the caller’s value over a default', { name: 'Eve' }, '2026-01-01 Eve'],
    ['an empty value of the caller', { name: '' }, '2026-01-01 '],
    ['defaults', {}, '2026-01-01 Ada'],
  ])('has %s', (_, variables, text) => {
    const persona = { instructions: '{{today}} {{name}}', variables: [clock, named] }
    expect(renderPersona({ persona, variables, nowMs })).toBe(text)
  })

  it('has the date for a clock variable with a default', () => {
    const persona = { instructions: '{{today}}', variables: [{ ...clock, default: 'never' }] }
    expect(renderPersona({ persona, variables: {}, nowMs })).toBe('2026-01-01')
  })

  it('without a value is a 400 that names the variable', () => {
    const persona = { instructions: '{{constructor}}', variables: [] }
    expect(() => renderPersona({ persona, variables: {}, nowMs })).toThrow(
      expect.objectContaining({ status: 400, param: 'context.variables.constructor' }) as Error,
    )
  })

  it('is the one that an epoch pins, whatever the persona and the variables', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const { persona, variables } = randomPersona(seed)
      const pinned = pinPersona({ persona, pinned: null, newEpoch: true, variables, nowMs })
      expect(pinned?.rendered).toBe(renderPersona({ persona, variables, nowMs }))
    }
  })
})
