import { uniqueFields } from '../../json/unique-fields.ts'

/** Fields with a canonical name; `thinking` and `output_config` have one too, but are also kept. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'system',
  'max_tokens',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'stream',
  'tools',
  'tool_choice',
  'output_format',
  'metadata',
  'service_tier',
  'cache_control',
  'context',
])

const textBlock = uniqueFields(['type', 'text'])

/** The fields that the gateway decides on. Schemas and inputs of tools are not among them. */
export const decidedFields = uniqueFields([...canonicalFields, 'thinking', 'output_config'], {
  system: textBlock,
  messages: uniqueFields(['role'], {
    content: uniqueFields(
      [
        'type',
        'text',
        'source',
        'id',
        'name',
        'input',
        'tool_use_id',
        'is_error',
        'thinking',
        'signature',
        'data',
      ],
      { content: uniqueFields(['type', 'text', 'source']) },
    ),
  }),
  tools: uniqueFields(['name', 'type', 'description', 'input_schema']),
  tool_choice: uniqueFields(['type', 'name']),
})
