import { describe, expect, it } from 'vitest'
import { type Described, snapshotOf } from '../../test-support/resources.ts'

describe('a persona', () => {
  const persona = (spec: Record<string, unknown>, generation = 1): Described => ({
    kind: 'Persona',
    name: 'p',
    generation,
    spec: { instructions: 'You are {{name}}.', ...spec },
  })
  const hashOf = (described: Described) => snapshotOf(described)?.personas.get('default/p')?.hash

  it('takes a variable from the clock', () => {
    const variables = [{ name: 'name', from: 'Clock' }]
    expect(snapshotOf(persona({ variables }))?.personas.get('default/p')?.variables).toEqual([
      { name: 'name', default: undefined, from: 'Clock' },
    ])
  })

  it('has a hash of what a model sees', () => {
    expect(hashOf(persona({}, 2))).toBe(hashOf(persona({}, 1)))
    expect(hashOf(persona({ settings: { temperature: 0.5 } }))).not.toBe(hashOf(persona({})))
  })
})
