import { uniqueFields } from '../../json/unique-fields.ts'
import { settingFields } from './settings.ts'

/** Fields with a canonical name. `context` is the gateway's own and never reaches a provider. */
export const canonicalFields: ReadonlySet<string> = new Set([
  'model',
  'prompt',
  ...settingFields,
  'stream',
  'stream_options',
  'context',
])

/** The fields that the gateway decides on; `best_of` multiplies the price. */
export const decidedFields = uniqueFields([...canonicalFields, 'best_of', 'suffix', 'echo'], {
  stream_options: uniqueFields(['include_usage']),
})
