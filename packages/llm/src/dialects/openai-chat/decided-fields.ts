import { uniqueFields } from '../../json/unique-fields.ts'
import { settingFields } from './settings.ts'

/** Fields with a canonical name. `context` is the gateway's own and never reaches a provider. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'tools',
  'functions',
  'tool_choice',
  'function_call',
  'parallel_tool_calls',
  ...settingFields,
  'response_format',
  'stream',
  'stream_options',
  'cache_control',
  'context',
])

/** Those that only weigh the tokens of an answer, or group calls at the provider. */
const undecided: ReadonlySet<string> = new Set([
  'min_p',
  'repetition_penalty',
  'verbosity',
  'top_logprobs',
  'logit_bias',
  'prompt_cache_key',
  'safety_identifier',
])

const calledFunction = uniqueFields(['name', 'arguments'])
const declaredFunction = uniqueFields([
  'name',
  'description',
  'parameters',
  'strict',
  'cache_control',
])

/**
 * The fields that the gateway decides on. Schemas of tools and answers are not among them: their
 * names are the caller's own. Some servers read `system`.
 */
export const decidedFields = uniqueFields(
  [...canonicalFields, 'system'].filter((name) => !undecided.has(name)),
  {
    messages: uniqueFields(
      [
        'role',
        'name',
        'tool_call_id',
        'refusal',
        'reasoning_content',
        'reasoning',
        'reasoning_details',
        'thinking_blocks',
        'reasoning_signature',
        'audio',
        'images',
        'cache_control',
      ],
      {
        content: uniqueFields([
          'type',
          'text',
          'image_url',
          'input_audio',
          'file',
          'refusal',
          'cache_control',
        ]),
        tool_calls: uniqueFields(['id', 'type', 'extra_content', 'cache_control'], {
          function: calledFunction,
          custom: uniqueFields(['name', 'input']),
        }),
        function_call: calledFunction,
      },
    ),
    tools: uniqueFields(['type', 'name', 'cache_control'], {
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
  },
)
