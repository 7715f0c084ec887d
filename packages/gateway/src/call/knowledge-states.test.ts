import { expect, it } from 'vitest'
import { knowledgeBaseOf } from '../test-support/knowledge-base.ts'
import { KnowledgeStates } from './knowledge-states.ts'

it('a base is ready until a search has failed, and again when one has not', () => {
  let changes = 0
  const states = new KnowledgeStates(() => (changes += 1))
  const bases = new Map([
    ['default/a', knowledgeBaseOf('a')],
    ['default/b', knowledgeBaseOf('b')],
  ])
  const report = { base: 'default/a', generation: 1 }
  const other = { base: 'default/b', ready: true }
  expect(states.reports(bases)).toMatchObject([{ ...report, ready: true }, other])
  states.note('default/a', 'it is gone')
  states.note('default/a', 'it is gone')
  const failed = { ...report, ready: false, message: 'it is gone' }
  expect(states.reports(bases)).toMatchObject([failed, other])
  states.note('default/a', undefined)
  expect(states.reports(bases)).toMatchObject([{ ...report, ready: true }, other])
  expect(changes).toBe(2)
})
