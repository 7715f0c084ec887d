import { expect, it } from 'vitest'
import type { NativeItem } from '../../operations/chat/item.ts'
import { encodeItems } from './encode-items.ts'
import { encodeOutput } from './encode-output.ts'

const search = (id: string): NativeItem => ({
  type: 'fairlead:native',
  role: 'assistant',
  dialect: 'openai-responses',
  block: { id, type: 'file_search_call', status: 'completed', queries: ['x'], results: null },
})

it('a search of the gateway itself is told to callers, and not sent to providers', () => {
  const context = { responseId: 'resp_1', tellsThinking: false, hidesSeals: false }
  const [told] = encodeOutput([search('')], context)
  expect(told).toMatchObject({ type: 'file_search_call', queries: ['x'] })
  const id = String(told?.['id'])
  expect(id).toMatch(/^fs_/)
  const sent = encodeItems([search(''), search(id), search('fs_1')], { echoReasoning: false })
  expect(sent).toMatchObject([{ id: 'fs_1' }])
})
