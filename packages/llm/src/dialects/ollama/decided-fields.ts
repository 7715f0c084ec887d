import { uniqueFields } from '../../json/unique-fields.ts'

/** Fields with a canonical name; of `options`, some have one. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'prompt',
  'system',
  'images',
  'tools',
  'stream',
  'format',
  'think',
  'options',
  'logprobs',
  'top_logprobs',
  'context',
])

const settings = uniqueFields([
  'num_predict',
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'stop',
  'seed',
])

/** The fields that the gateway decides on. Schemas and arguments of tools are not among them. */
export const decidedFields = uniqueFields([...canonicalFields], {
  messages: uniqueFields(['role', 'content', 'thinking', 'images', 'tool_name', 'tool_call_id'], {
    tool_calls: uniqueFields(['id'], { function: uniqueFields(['name', 'arguments']) }),
  }),
  tools: uniqueFields(['type'], { function: uniqueFields(['name', 'description', 'parameters']) }),
  options: settings,
})
