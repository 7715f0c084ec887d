import { expect, test } from 'vitest'
import type { KnowledgeRequest } from '../worker-messages/knowledge-messages.ts'
import { RemoteKnowledge } from './remote-knowledge.ts'

const base = { namespace: 'default', name: 'handbook' } as Parameters<RemoteKnowledge['search']>[0]
const query = { text: 'days', mode: 'BM25', topK: 5 } as const

test('a search that its caller gives up is taken back, and one that is answered is not', async () => {
  const sent: KnowledgeRequest[] = []
  const knowledge = new RemoteKnowledge({
    send: (request) => void sent.push(request),
    embedder: () => Promise.reject(new Error('there is none')),
  })
  const stop = new AbortController()
  const given = knowledge.search(base, { ...query, signal: stop.signal })
  const other = knowledge.search(base, { ...query, signal: new AbortController().signal })
  stop.abort(new Error('enough'))
  await expect(given).rejects.toThrow('enough')
  knowledge.receive({ kind: 'found', question: 2, passages: [] })
  expect(await other).toEqual([])
  expect(sent.map(({ kind, question }) => [kind, question])).toEqual([
    ['search', 1],
    ['search', 2],
    ['cancel', 1],
  ])
})
