import { kinds as defined } from '@fairlead/api'
import type { Snapshot } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { kinds } from './kinds.ts'

/** The compiler of TypeScript holds this to be all fields. */
const fields: Readonly<Record<Exclude<keyof Snapshot, 'hash'>, true>> = {
  gateway: true,
  providers: true,
  routes: true,
  promptTemplates: true,
  personas: true,
  contextStrategies: true,
  conversationStores: true,
  consumers: true,
  usagePolicies: true,
  priceBooks: true,
  accessPolicies: true,
  guardrailPolicies: true,
  cachePolicies: true,
  knowledgeBases: true,
  promptEvaluations: true,
}

describe('the list of kinds', () => {
  it('has a compiler for every kind that is defined', () => {
    expect(kinds.map(({ type }) => type)).toEqual([...defined])
  })

  it('contributes every field of a snapshot, each from one kind', () => {
    const contributed = kinds.flatMap((compiler) => {
      const resource = { apiVersion: '', kind: compiler.type.kind, metadata: {} }
      return Object.keys(compiler.contribute([{ resource, key: 'default/x', settings: [] }]))
    })
    expect(contributed.toSorted()).toEqual(Object.keys(fields).toSorted())
  })
})
