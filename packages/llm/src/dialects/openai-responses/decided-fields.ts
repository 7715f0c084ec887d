import { uniqueFields } from '../../json/unique-fields.ts'

/** Fields with a canonical name. `context` is the gateway's own and never reaches a provider. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'max_output_tokens',
  'presence_penalty',
  'frequency_penalty',
  'reasoning',
  'text',
  'include',
  'user',
  'top_logprobs',
  'service_tier',
  'metadata',
  'store',
  'prompt_cache_key',
  'safety_identifier',
  'stream',
  'context',
])

const part = uniqueFields([
  'type',
  'text',
  'image_url',
  'file_id',
  'file_data',
  'file_url',
  'refusal',
])

/**
 * The fields that the gateway decides on. Schemas of tools and answers are not among them: their
 * names are the caller's own.
 */
export const decidedFields = uniqueFields(
  [
    'model',
    'instructions',
    'parallel_tool_calls',
    'temperature',
    'top_p',
    'max_output_tokens',
    'include',
    'store',
    'stream',
    'context',
    'background',
    'previous_response_id',
    'conversation',
    'prompt',
    'service_tier',
  ],
  {
    input: uniqueFields(
      ['type', 'role', 'id', 'call_id', 'name', 'arguments', 'input', 'encrypted_content'],
      { content: part, output: part, summary: part },
    ),
    tools: uniqueFields(['type', 'name', 'parameters', 'strict']),
    tool_choice: uniqueFields(['type', 'mode', 'name']),
    reasoning: uniqueFields(['effort', 'summary']),
    text: uniqueFields(['verbosity'], { format: uniqueFields(['type', 'name', 'schema']) }),
  },
)
