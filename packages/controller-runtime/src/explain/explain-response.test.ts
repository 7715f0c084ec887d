import { expect, it } from 'vitest'
import { explainResponse } from './explain-response.ts'
import type { ExplainRequest, Explanation } from './explanation.ts'

const startMs = Date.parse('2026-03-01T10:00:00Z')
const explanation: Explanation = {
  controller: 'website',
  object: 'shop/web',
  running: false,
  failures: 1,
  next: {
    dueMs: startMs + 1010,
    state: 'waiting',
    priority: 0,
    triggers: [{ verb: 'error', atMs: startMs + 10 }],
  },
  runs: [
    {
      reconcileID: 'id-1',
      startMs,
      durationMs: 10,
      outcome: 'error',
      error: 'no such Secret',
      triggers: [
        {
          verb: 'update',
          kind: 'Website',
          namespace: 'shop',
          name: 'web',
          resourceVersion: '7',
          changedFields: ['spec.image'],
          fieldManager: 'kubectl',
          atMs: startMs - 5,
        },
      ],
    },
  ],
}

function answer(query: string, known: readonly Explanation[] = [explanation]) {
  const asked: ExplainRequest[] = []
  const response = explainResponse(new URLSearchParams(query), (one) => {
    asked.push(one)
    return known
  })
  return { ...response, asked }
}

it('is JSON for programs', () => {
  const { status, contentType, body, asked } = answer('name=web&namespace=shop&controller=website')
  expect([status, contentType]).toEqual([200, 'application/json'])
  expect(JSON.parse(body)).toEqual({ items: [explanation] })
  expect(asked).toEqual([{ name: 'web', namespace: 'shop', controller: 'website' }])
})

it('is text for people', () => {
  expect(answer('name=web&format=text').body.split('\n')).toEqual([
    'website shop/web: not running, failed 1 times since the last success',
    '  next: waiting, due 2026-03-01T10:00:01.010Z, priority 0, because of error',
    '  2026-03-01T10:00:00.000Z error after 10.0 ms (id-1): no such Secret',
    '    2026-03-01T09:59:59.995Z update Website shop/web@7: changed spec.image by kubectl',
    '',
  ])
})

it('can be about an object in another cluster', () => {
  expect(answer('name=web&cluster=west').asked).toEqual([{ name: 'web', cluster: 'west' }])
})

it.each([
  ['', 400],
  ['namespace=shop', 400],
  ['name=web', 404],
  ['name=web&format=text', 404],
])('says that %s is of no object that a controller knows: %i', (query, status) => {
  expect(answer(query, []).status).toBe(status)
})
