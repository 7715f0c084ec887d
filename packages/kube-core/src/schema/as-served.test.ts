import { isJsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { deepEqual } from '../deep-equal.ts'
import { applyDefaults, lacksDefaults } from './defaults.ts'
import { hasUnknownFields, pruneUnknownFields } from './prune.ts'
import type { StructuralSchema } from './structural-schema.ts'

const schema: StructuralSchema = {
  type: 'object',
  properties: {
    a: { type: 'string', default: 'x' },
    b: {
      type: 'object',
      default: {},
      properties: { a: { type: 'integer', default: 1 }, c: { type: 'string' } },
    },
    c: { type: 'array', items: { type: 'object', properties: { a: { default: 1 } } } },
    d: { type: 'object', additionalProperties: { type: 'string', default: 'y' } },
    e: { type: 'string', nullable: true, default: 'z' },
    f: { type: 'array' },
    g: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    metadata: { type: 'object', properties: { a: { type: 'string' } } },
  },
}

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'metadata']

/** Every number from a seed decides one thing about a value. */
function valueFrom(draw: (below: number) => number, depth: number): unknown {
  const kind = draw(depth > 2 ? 3 : 6)
  if (kind === 0) return null
  if (kind === 1) return draw(3)
  if (kind === 2) return 'text'
  if (kind === 3) return Array.from({ length: draw(3) }, () => valueFrom(draw, depth + 1))
  return Object.fromEntries(
    names.filter(() => draw(2) === 0).map((name) => [name, valueFrom(draw, depth + 1)]),
  )
}

function drawing(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

describe('what needs no pruning or defaults', () => {
  it('is what they would leave as it is', () => {
    const found = { unknown: 0, known: 0, lacking: 0, complete: 0 }
    for (let seed = 1; seed <= 3000; seed++) {
      const drawn = valueFrom(drawing(seed), 0)
      for (const value of [drawn, applyDefaults(drawn, schema)]) {
        const isUnknown = !deepEqual(pruneUnknownFields(value, schema).object, value)
        const isLacking = !deepEqual(applyDefaults(value, schema), value)
        expect(hasUnknownFields(value, schema)).toBe(isUnknown)
        expect(lacksDefaults(value, schema)).toBe(isLacking)
        if (!isJsonObject(value)) continue
        found[isUnknown ? 'unknown' : 'known'] += 1
        found[isLacking ? 'lacking' : 'complete'] += 1
      }
    }
    expect(Math.min(...Object.values(found))).toBeGreaterThan(50)
  })
})
