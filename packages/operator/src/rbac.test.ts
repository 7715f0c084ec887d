import { kinds } from '@fairlead/api'
import { describe, expect, it } from 'vitest'
import { gatewayRules, operatorRules, type PolicyRule } from './rbac.ts'

const verbsOn = (rules: readonly PolicyRule[], resource: string) =>
  rules.filter(({ resources }) => resources.includes(resource)).flatMap(({ verbs }) => verbs)

describe('the permissions', () => {
  it.each(kinds.map(({ plural }) => plural))('let both planes read %s', (plural) => {
    expect(verbsOn(gatewayRules, plural)).toEqual(['list', 'watch'])
    expect(verbsOn(operatorRules, plural)).toEqual(expect.arrayContaining(['list', 'watch']))
    expect(verbsOn(operatorRules, `${plural}/status`)).toEqual(['patch'])
  })

  it('let the operator update only what it may have to migrate', () => {
    const updated = kinds.filter(({ plural }) => verbsOn(operatorRules, plural).includes('update'))
    expect(updated.map(({ kind }) => kind).toSorted()).toEqual([
      'Persona',
      'PromptTemplate',
      'RoutingPolicy',
    ])
  })

  it('let only gateways read Secrets', () => {
    expect(verbsOn(operatorRules, 'secrets')).toEqual([])
    expect(verbsOn(gatewayRules, 'secrets')).toEqual(['list', 'watch'])
    expect(verbsOn(gatewayRules, 'configmaps')).toEqual(['list', 'watch'])
  })
})
