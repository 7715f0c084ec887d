import type { JsonObject } from '@fairlead/base'
import { invalidField } from '@fairlead/llm'

const withInput = 'Send all items of the dialogue as input instead.'

/**
 * Throws 400 for fields that ask the gateway to keep responses, or to answer later. Every call brings
 * all of its input.
 */
export function refuseState(fields: JsonObject): void {
  if (isGiven(fields['previous_response_id'])) {
    throw invalidField('previous_response_id', `responses are not stored here. ${withInput}`)
  }
  if (isGiven(fields['conversation'])) {
    throw invalidField(
      'conversation',
      `use the header x-fairlead-conversation for a conversation of the gateway. ${withInput}`,
    )
  }
  if (fields['background'] === true) {
    throw invalidField('background', 'answers are not made in the background; omit it.')
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null
}
