import { type JsonObject, objectOrEmpty } from '@fairlead/base'

/**
 * Whether thinking of a model that gives no summaries is told as one: where the caller asks for
 * summaries, it shows nothing else.
 */
export function tellsThinking(repeated: JsonObject | undefined): boolean {
  const { summary, generate_summary: generated } = objectOrEmpty(repeated?.['reasoning'])
  const asked = summary ?? generated
  return typeof asked === 'string' && asked !== 'none'
}
