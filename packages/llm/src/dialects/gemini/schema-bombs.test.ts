import { expect, it } from 'vitest'
import { schemaSubset } from './schema-subset.ts'

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index))
const fields = (count: number, child: unknown) =>
  Object.fromEntries(times(count, (index) => [`p${index}`, child]))

const bombs: Readonly<Record<string, object>> = {
  'a long definition that many fields refer to': {
    properties: fields(1500, { $ref: '#/$defs/long' }),
    $defs: { long: { type: 'string', description: 'x'.repeat(200_000) } },
  },
  'a long list of values that many fields refer to': {
    properties: fields(1500, { $ref: '#/$defs/long' }),
    $defs: { long: { type: 'string', enum: times(20_000, String) } },
  },
  'definitions that double at each step': {
    $ref: '#/$defs/d0',
    $defs: Object.fromEntries(
      times(64, (index) => [
        `d${index}`,
        { properties: fields(2, { $ref: `#/$defs/d${index + 1}` }) },
      ]),
    ),
  },
  'a long leaf of schemas of several types': times(5, () => 0).reduce<object>(
    (inner) => ({ type: ['array', 'object', 'string', 'number'], items: inner }),
    { type: 'string', description: 'x'.repeat(200_000) },
  ),
  'one type many times': { ...fields(1000, 1), type: times(20_000, () => 'string') },
}

it.each(Object.entries(bombs))('%s becomes little longer than it was', (_, schema) => {
  const before = JSON.stringify(schema).length
  expect(JSON.stringify(schemaSubset({ ...schema })).length).toBeLessThan(2 * before + 3_000_000)
})
