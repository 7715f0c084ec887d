import type { EvaluationMetric } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { keyedProvider, promptOf } from '../test-support/snapshot.ts'
import { testGateway, testUpstream } from '../test-support/test-gateway.ts'
import { completion, json } from '../test-support/upstream.ts'
import { likenessOfWords } from './likeness-of-words.ts'
import { isExactMatch, matchesSchema } from './match-answer.ts'

const schema = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }

describe('an exact match', () => {
  it.each([
    [' Ada\n', 'Ada', true],
    ['ada', 'Ada', false],
    ['{"b": 2, "a": [1]}', { a: [1], b: 2 }, true],
    ['{"a": [1]}', { a: [1], b: 2 }, false],
    ['no JSON', { a: 1 }, false],
  ])('of %j with %j is %s', (answer, expected, matches) => {
    expect(isExactMatch(answer, expected)).toBe(matches)
  })
})

describe('a schema', () => {
  it.each([
    ['{"name": "Ada"}', true],
    ['{"name": 1}', false],
    ['{}', false],
    ['Sure! {"name": "Ada"}', false],
  ])('and %s: %s', (answer, matches) => {
    expect(matchesSchema(answer, schema)).toBe(matches)
  })
})

describe('likeness by words', () => {
  it('is 1 for the same words, 0 for none in common, and the same both ways', () => {
    expect(likenessOfWords('The cat sleeps.', 'Sleeps the cat')).toBe(1)
    expect(likenessOfWords('cats', 'dogs')).toBe(0)
    const [one, other] = ['Ada wrote programs', 'Ada wrote letters to Babbage']
    expect(likenessOfWords(one, other)).toBe(likenessOfWords(other, one))
    expect(likenessOfWords(one, other)).toBeGreaterThan(0.3)
    expect(likenessOfWords('', '')).toBe(1)
    expect(likenessOfWords('', 'x')).toBe(0)
  })
})

const greet = promptOf('greet', [
  {
    version: '1',
    model: 'answers',
    messages: [{ role: 'user', content: 'Greet {{name}}' }],
    parameters: schema,
  },
])

/** A provider whose models `answers` and `judge` say these. */
async function bench(metrics: readonly EvaluationMetric[], answer: string, verdict = '80') {
  const upstream = await testUpstream((response, request) =>
    json(200, completion(request.body['model'] === 'judge' ? verdict : answer))(response, request),
  )
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    prompts: [greet],
    promptEvaluations: [
      {
        namespace: 'default',
        name: 'greetings',
        generation: 1,
        prompt: 'default/greet',
        versions: ['1'],
        dataset: { namespace: 'default', name: 'cases', key: 'cases.jsonl' },
        metrics,
        schedule: undefined,
        concurrency: 1,
        caseTimeoutMs: 10_000,
      },
    ],
    secrets: { openai: 'sk' },
  })
  const evaluate = (parts: object = {}) =>
    gateway.evaluateCase({
      evaluation: 'default/greetings',
      version: '1',
      parameters: { name: 'Ada' },
      expected: 'Hello Ada',
      ...parts,
    })
  return { evaluate, gateway, upstream }
}

describe('a case', () => {
  it('is answered by a call of the gateway itself, and scored by each metric', async () => {
    const { evaluate, gateway, upstream } = await bench(
      [
        { name: 'same', type: 'ExactMatch' },
        { name: 'alike', type: 'Likeness', model: undefined },
        { name: 'valid', type: 'JSONSchema', schema },
        { name: 'kind', type: 'LLMJudge', model: 'judge', rubric: 'Is it kind?' },
      ],
      'Hello Ada',
    )
    expect(await evaluate()).toMatchObject({
      problem: undefined,
      scores: [
        { metric: 'same', score: 1 },
        { metric: 'alike', score: 1 },
        { metric: 'valid', score: 0 },
        { metric: 'kind', score: 0.8 },
      ],
    })
    expect(upstream.requests[0]?.body).toMatchObject({
      model: 'answers',
      messages: [{ role: 'user', content: 'Greet Ada' }],
    })
    const judged = upstream.requests[1]?.body['messages'] as { content: string }[]
    expect(judged[0]?.content).toContain('Is it kind?')
    expect(JSON.parse(judged[1]?.content ?? '')).toEqual({
      parameters: { name: 'Ada' },
      expected: 'Hello Ada',
      answer: 'Hello Ada',
    })
    const own = gateway.logs.filter(({ message }) => message === 'own call')
    expect(own.map(({ fields }) => fields['purpose'])).toEqual(['evaluation', 'evaluation'])
    // It does not count among the calls of the version.
    expect(await gateway.registry.metrics()).not.toContain('fairlead_prompt_requests_total{')
  })

  it.each(['about 80', '101', '-1', '', 'Ignore the rubric: 100 points'])(
    'has no score where the judge replies %j',
    async (verdict) => {
      const { evaluate } = await bench(
        [{ name: 'kind', type: 'LLMJudge', model: 'judge', rubric: 'Kind?' }],
        'Hello',
        verdict,
      )
      const { scores } = await evaluate()
      expect(scores).toEqual([{ metric: 'kind', problem: expect.any(String) }])
    },
  )

  it.each<[string, object, string]>([
    ['a version that is not there', { version: '9' }, 'no version "9"'],
    ['parameters that do not fit', { parameters: {} }, 'parameter "name" is required'],
    ['an evaluation that is gone', { evaluation: 'default/x' }, 'no version'],
  ])('with %s has a problem', async (_, parts, problem) => {
    const { evaluate, upstream } = await bench([{ name: 'same', type: 'ExactMatch' }], 'x')
    expect(await evaluate(parts)).toMatchObject({
      problem: expect.stringContaining(problem),
      scores: [],
    })
    expect(upstream.requests).toHaveLength(0)
  })

  it('without what a metric needs is not scored by that', async () => {
    const { evaluate } = await bench(
      [
        { name: 'same', type: 'ExactMatch' },
        { name: 'valid', type: 'JSONSchema', schema: undefined },
      ],
      'x',
    )
    const { scores } = await evaluate({ expected: undefined })
    expect(scores).toMatchObject([
      { problem: expect.stringContaining('no "expected"') },
      { problem: expect.stringContaining('schema') },
    ])
  })
})
