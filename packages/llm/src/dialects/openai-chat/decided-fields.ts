import { uniqueFields } from '../../json/unique-fields.ts'

/** Fields with a canonical name. `context` is the gateway's own and never reaches a provider. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  'temperature',
  'top_p',
  'top_k',
  'max_completion_tokens',
  'max_tokens',
  'stop',
  'seed',
  'presence_penalty',
  'frequency_penalty',
  'reasoning_effort',
  'user',
  'response_format',
  'stream',
  'stream_options',
  'context',
])

const calledFunction = uniqueFields(['name', 'arguments'])
const declaredFunction = uniqueFields(['name', 'description', 'parameters', 'strict'])

/**
 * The fields that the gateway decides on. Schemas of tools and answers are not among them: their
 * names are the caller's own. `n` multiplies the price, and some servers read `system`.
 */
export const decidedFields = uniqueFields([...canonicalFields, 'n', 'system'], {
  messages: uniqueFields(
    ['role', 'name', 'tool_call_id', 'refusal', 'reasoning_content', 'reasoning'],
    {
      content: uniqueFields(['type', 'text', 'image_url', 'input_audio', 'file', 'refusal']),
      tool_calls: uniqueFields(['id', 'type'], {
        function: calledFunction,
        custom: uniqueFields(['name', 'input']),
      }),
      function_call: calledFunction,
    },
  ),
  tools: uniqueFields(['type', 'name'], {
    function: declaredFunction,
    custom: uniqueFields(['name']),
  }),
  functions: declaredFunction,
  tool_choice: uniqueFields(['type', 'allowed_tools'], {
    function: uniqueFields(['name']),
    custom: uniqueFields(['name']),
  }),
  response_format: uniqueFields(['type', 'json_schema']),
  stream_options: uniqueFields(['include_usage']),
})
