import { afterEach, expect, it } from 'vitest'
import { resource, startOperator, type RunningOperator } from './test-support/start-operator.ts'

const gateway = resource('LLMGateway', 'default', {})
const base = resource('KnowledgeBase', 'handbook', {
  sources: [{ name: 'texts', configMapRef: { name: 'texts' } }],
})
const source = { name: 'texts', documents: 2, passages: 7, failures: 0 }
const report = { base: 'default/handbook', generation: 1, ready: true, sources: [source] }

const started: RunningOperator[] = []
afterEach(async () => {
  await Promise.all(started.splice(0).map((operator) => operator.stop()))
})

it('a knowledge base is ready when the replica that is furthest behind has it', async () => {
  const operator = await startOperator([gateway, base])
  started.push(operator)
  const ready = () => operator.condition('KnowledgeBase', 'handbook', 'Ready')
  const status = () => operator.api.get('KnowledgeBase', 'handbook').status
  expect(ready()).toMatchObject({ status: 'Unknown', reason: 'NoReplicas' })
  expect(status()).toMatchObject({ mode: 'BM25' })

  operator.report('one', { configHash: 'a', knowledge: [report] })
  const failing = { ...source, passages: 3, failures: 1, lastProblem: 'b.md cannot be read' }
  operator.report('two', {
    configHash: 'a',
    knowledge: [{ ...report, ready: false, sources: [failing] }],
  })
  await operator.settle()
  expect(ready()).toMatchObject({
    status: 'False',
    reason: 'SourceFailed',
    message: 'source texts: b.md cannot be read (replica two)',
  })
  expect(status()).toMatchObject({ documents: 2, passages: 3, sources: [failing] })

  operator.report('two', { configHash: 'a', knowledge: [report] })
  await operator.settle()
  expect(ready()).toMatchObject({ status: 'True', reason: 'Ready' })
  expect(status()).toMatchObject({ documents: 2, passages: 7, sources: [source] })
})
