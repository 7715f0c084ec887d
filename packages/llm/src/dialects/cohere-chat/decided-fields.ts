import { uniqueFields } from '../../json/unique-fields.ts'

/** Fields with a canonical name. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'tool_choice',
  'strict_tools',
  'response_format',
  'thinking',
  'stream',
  'max_tokens',
  'stop_sequences',
  'temperature',
  'seed',
  'frequency_penalty',
  'presence_penalty',
  'k',
  'p',
  'logprobs',
  'context',
])

/** The fields that the gateway decides on. Schemas, arguments and documents are not among them. */
export const decidedFields = uniqueFields([...canonicalFields], {
  messages: uniqueFields(['role', 'tool_call_id', 'tool_plan'], {
    content: uniqueFields(['type', 'text', 'thinking'], {
      image_url: uniqueFields(['url', 'detail']),
    }),
    tool_calls: uniqueFields(['id', 'type'], { function: uniqueFields(['name', 'arguments']) }),
  }),
  tools: uniqueFields(['type'], { function: uniqueFields(['name', 'description', 'parameters']) }),
  response_format: uniqueFields(['type', 'json_schema']),
  thinking: uniqueFields(['type', 'token_budget']),
})
