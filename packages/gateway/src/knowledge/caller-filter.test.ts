import { matchesFilter } from '@fairlead/knowledge'
import type { MetadataRule } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { callerFilter, type FilteredCaller, maySearch } from './caller-filter.ts'

const caller = (parts: Partial<FilteredCaller> = {}): FilteredCaller => ({
  consumer: 'default/app',
  name: 'app',
  namespace: 'default',
  groups: new Set(['hr', 'all']),
  metadata: { team: 'a' },
  claims: { org: { unit: 'x' }, roles: ['r1'] },
  ...parts,
})
const nobody = caller({ consumer: '', name: '', groups: new Set(), metadata: {}, claims: {} })

const inGroups: MetadataRule = {
  type: 'in',
  key: 'department',
  operand: { path: ['consumer', 'groups'] },
}
const isPublic: MetadataRule = { type: 'eq', key: 'public', operand: { constant: true } }

describe('a rule', () => {
  it('becomes the filter of its caller', () => {
    expect(callerFilter(inGroups, caller())).toEqual({
      type: 'in',
      key: 'department',
      value: ['hr', 'all'],
    })
    const unit: MetadataRule = {
      type: 'eq',
      key: 'unit',
      operand: { path: ['claims', 'org', 'unit'] },
    }
    expect(callerFilter(unit, caller())).toEqual({ type: 'eq', key: 'unit', value: 'x' })
  })

  it.each<[string, MetadataRule]>([
    ['no group', inGroups],
    ['no group, and none may be excluded', { ...inGroups, type: 'nin' }],
    ['no claim', { type: 'ne', key: 'unit', operand: { path: ['claims', 'org'] } }],
    ['no name', { type: 'ne', key: 'owner', operand: { path: ['consumer', 'name'] } }],
    ['one of two', { type: 'and', conditions: [isPublic, inGroups] }],
    ['what every object has', { type: 'ne', key: 'a', operand: { path: ['claims', 'toString'] } }],
  ])('finds nothing for a caller with %s', (_, rule) => {
    expect(callerFilter(rule, nobody)).toBe('nothing')
  })

  it('still finds what another part of it permits', () => {
    const rule: MetadataRule = { type: 'or', conditions: [inGroups, isPublic] }
    const filter = callerFilter(rule, nobody)
    if (filter === 'nothing') throw new Error('nothing is found')
    expect(matchesFilter({ public: true }, filter)).toBe(true)
    expect(matchesFilter({ department: 'hr' }, filter)).toBe(false)
  })
})

it('a base is for its groups, or for everybody', () => {
  const base = (groups: readonly string[]) => ({ access: { groups, filter: undefined } })
  expect(maySearch(base(['hr']), caller())).toBe(true)
  expect(maySearch(base(['hr']), nobody)).toBe(false)
  expect(maySearch(base([]), caller())).toBe(false)
  expect(maySearch(base(['*']), nobody)).toBe(true)
})
