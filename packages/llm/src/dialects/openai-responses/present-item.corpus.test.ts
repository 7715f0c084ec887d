import { join } from 'node:path'
import type { JsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { itemSchemaNames, loadOpenAiSchemas } from '../../test-support/openai-schema.ts'
import { createRandom } from '../../test-support/random.ts'
import { randomOfShape } from '../../test-support/random-shape.ts'
import { RandomValues } from '../../test-support/random-values.ts'
import { checkGivenItem, readGivenItems } from './given-items.ts'
import { itemIncludes } from './item-includes.ts'
import { itemShapes } from './item-shapes.ts'
import { presentItem } from './present-item.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''

describe.runIf(corpora !== '')('presentItem', () => {
  const file = join(corpora, 'specs/openai.json')
  const check = corpora === '' ? () => [] : loadOpenAiSchemas(file)
  const names = corpora === '' ? new Map<string, string>() : itemSchemaNames(file)

  it('shows every item that was given as OpenAI describes it, and it may be given again', () => {
    const values = new RandomValues(createRandom(3))
    let shown = 0
    for (let round = 0; round < 3000; round += 1) {
      const given = randomOfShape(values, { $ref: 'Item' }, itemShapes)
      const item = read(given)
      if (item === undefined) continue
      const type = (given as { type: string }).type
      if (type === 'item_reference') continue
      const include = new Set(itemIncludes.filter(() => values.chance(0.5)))
      const presented = presentItem({ ...item, id: item.id ?? 'item_1' }, include)
      expect(
        () => checkGivenItem(presented, 'item'),
        JSON.stringify([given, presented]),
      ).not.toThrow()
      if (isUndescribed(presented)) continue
      expect(
        check(names.get(type) ?? 'ConversationItem', presented),
        JSON.stringify([given, presented]),
      ).toEqual([])
      shown += 1
    }
    expect(shown).toBeGreaterThan(1000)
  })
})

/** Where the description of what is shown does not agree with that of what may be given. */
function isUndescribed(item: JsonObject): boolean {
  const { call_id: callId, request_id: requestId, status, type } = item
  return (
    (type === 'local_shell_call_output' && callId === undefined) ||
    (type === 'mcp_approval_response' && requestId === undefined) ||
    (type === 'computer_call_output' && status === 'in_progress') ||
    (type === 'message' && JSON.stringify(item).includes('"input_audio"')) ||
    (['additional_tools', 'tool_search_output'].includes(String(type)) &&
      JSON.stringify(item).includes('"namespace"'))
  )
}

function read(given: unknown) {
  try {
    return readGivenItems([given], 'items')[0]
  } catch {
    return undefined
  }
}
