import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'
import { createRandom } from '../../test-support/random.ts'
import { damaged, randomOfShape } from '../../test-support/random-shape.ts'
import { RandomValues } from '../../test-support/random-values.ts'
import { schemaCheck } from '../../test-support/shape-schema.ts'
import { checkGivenItem, givenItemTypes, readGivenItems } from './given-items.ts'
import { itemShapes } from './item-shapes.ts'

const isItem = schemaCheck(itemShapes, 'Item')

const refusal = (item: unknown): ModelError | undefined => {
  try {
    checkGivenItem(item, 'items[0]')
    return undefined
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

const problemOf = (item: unknown): string => {
  try {
    readGivenItems([item], 'items')
    return ''
  } catch (error) {
    return error instanceof ModelError ? `${error.param} ${error.message}` : String(error)
  }
}

describe('readGivenItems', () => {
  it('takes and refuses what an independent reader of the same description does', () => {
    const values = new RandomValues(createRandom(7))
    let refused = 0
    for (let round = 0; round < 4000; round += 1) {
      const item = randomOfShape(values, { $ref: 'Item' }, itemShapes)
      expect(refusal(item)?.message, JSON.stringify(item)).toBeUndefined()
      const other = damaged(values, item)
      const problem = refusal(other)
      if (problem !== undefined) refused += 1
      const hasType = typeof (other as { type?: unknown } | null)?.type === 'string'
      if (hasType) expect(problem === undefined, JSON.stringify(other)).toBe(isItem(other))
    }
    expect(refused).toBeGreaterThan(1500)
  })

  it('reads every item that it takes, or names what is missing', () => {
    const values = new RandomValues(createRandom(11))
    for (let round = 0; round < 2000; round += 1) {
      const item = randomOfShape(values, { $ref: 'Item' }, itemShapes)
      expect(problemOf(item)).toMatch(/^$|^items\[0\]/)
    }
  })

  it('knows all types of items', () => {
    expect(givenItemTypes).toEqual([
      'message',
      'file_search_call',
      'computer_call',
      'computer_call_output',
      'web_search_call',
      'function_call',
      'function_call_output',
      'tool_search_call',
      'tool_search_output',
      'additional_tools',
      'reasoning',
      'compaction',
      'image_generation_call',
      'code_interpreter_call',
      'local_shell_call',
      'local_shell_call_output',
      'shell_call',
      'shell_call_output',
      'apply_patch_call',
      'apply_patch_call_output',
      'mcp_list_tools',
      'mcp_approval_request',
      'mcp_approval_response',
      'mcp_call',
      'custom_tool_call_output',
      'custom_tool_call',
      'item_reference',
      'program',
      'program_output',
    ])
  })

  it.each([
    [{ type: 'function_call_output', call_id: 'c1' }, 'items[0].output'],
    [{ type: 'function_call_output', call_id: 'c1', output: 5 }, 'items[0].output'],
    [{ type: 'function_call_output', call_id: '', output: '' }, 'items[0].call_id'],
    [{ type: 'function_call_output', output: '' }, 'items[0].call_id'],
    [{ type: 'function_call', call_id: 'c', name: 'f' }, 'items[0].arguments'],
    [{ type: 'reasoning', id: 'rs_1' }, 'items[0].summary'],
    [{ type: 'reasoning', summary: [{ type: 'summary_text' }] }, 'items[0].summary[0].text'],
    [{ role: 'user', content: [{ type: 'input_text' }] }, 'items[0].content[0].text'],
    [{ role: 'user', content: [{ type: 'input_text', text: 5 }] }, 'items[0].content[0].text'],
    [{ role: 'user', content: [{ type: 'input_image' }] }, 'items[0].content[0].image_url'],
    [{ role: 'user', content: [{ type: 'input_file' }] }, 'items[0].content[0]'],
    [{ role: 'user', content: [{ type: 'bogus' }] }, 'items[0].content[0].type'],
    [{ role: 'user', content: [{ type: 'output_text', text: '' }] }, 'items[0].content[0].type'],
    [{ role: 'user', content: [null] }, 'items[0].content[0]'],
    [{ role: 'user', content: [] }, 'items[0].content'],
    [{ role: 'user', content: null }, 'items[0].content'],
    [{ role: 'user' }, 'items[0].content'],
    [{ role: 'wizard', content: 'x' }, 'items[0].role'],
    [{ role: 'user', content: 'x', colour: 'red' }, 'items[0].colour'],
    [{ type: 'bogus' }, 'items[0].type'],
    [{ type: 'web_search_call', id: 'ws_1', status: 'completed' }, 'items[0].action'],
    [
      { type: 'web_search_call', id: 'w', status: 'completed', action: { type: 'dig' } },
      'items[0].action.type',
    ],
    [{}, 'items[0].role'],
    [null, 'items[0]'],
    ['text', 'items[0]'],
    [[], 'items[0]'],
  ])('names the place of %j', (item, place) => {
    expect(problemOf(item).split(' ')[0]).toBe(place)
  })
})
