import { describe, expect, it } from 'vitest'
import { ConditionError } from './condition.ts'
import { readMetadataCondition } from './metadata-condition.ts'

describe('a condition on metadata', () => {
  it.each([
    [
      'chunk.department in consumer.groups',
      { type: 'in', key: 'department', operand: { path: ['consumer', 'groups'] } },
    ],
    ['chunk["a b"] == "x"', { type: 'eq', key: 'a b', operand: { constant: 'x' } }],
    ['2 < chunk.level', { type: 'gt', key: 'level', operand: { constant: 2 } }],
    [
      '!(chunk.kind in ["draft", 3])',
      { type: 'nin', key: 'kind', operand: { constant: ['draft', 3] } },
    ],
    [
      'chunk.public == true || chunk.team == consumer.metadata.team',
      {
        type: 'or',
        conditions: [
          { type: 'eq', key: 'public', operand: { constant: true } },
          { type: 'eq', key: 'team', operand: { path: ['consumer', 'metadata', 'team'] } },
        ],
      },
    ],
    ['chunk.org in claims.orgs', { type: 'in', key: 'org', operand: { path: ['claims', 'orgs'] } }],
  ])('%s is read', (source, condition) => {
    expect(readMetadataCondition(source)).toEqual(condition)
  })

  it.each([
    'chunk.a',
    'true',
    'chunk.a == chunk.b',
    'chunk.a == request.model',
    'chunk.a.startsWith("x")',
    'chunk.a in "abc"',
    'chunk.a == ["x"]',
    'chunk.a == consumer.groups',
    'chunk.a == consumer.secret',
    '!(chunk.a == "x")',
    'consumer.name == "x"',
    'chunk.a == consumer.metadata',
    'chunk.a ==',
    'chunk.a == "x" ? true : false',
    '["x"].exists(g, g == chunk.a)',
  ])('%s is refused', (source) => {
    expect(() => readMetadataCondition(source)).toThrow(ConditionError)
  })
})
