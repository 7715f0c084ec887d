import type { JsonObject } from '@fairlead/base'
import { presentConversation } from '@fairlead/context'
import { textVariables } from '../../prompts/text-variables.ts'
import { readJson } from '../read-json.ts'
import type { AnswerRoute } from '../surface.ts'
import { conversationRoute, onlyFields, referenceOf } from './conversation-route.ts'
import { readRetention, retentionFields } from './read-retention.ts'

/** What can be changed of a conversation besides its metadata. */
export const settingsRoutes: readonly AnswerRoute[] = [
  conversationRoute('PATCH', '/v1/conversations/{id}/variables', async (asked) => {
    const variables = readVariables(await readJson(asked.request))
    return presentConversation(await asked.store.update(referenceOf(asked), { variables }))
  }),
  conversationRoute('PATCH', '/v1/conversations/{id}/retention', async (asked) => {
    const body = onlyFields(await readJson(asked.request), retentionFields)
    const retention = readRetention(body, '')
    return presentConversation(await asked.store.update(referenceOf(asked), { retention }))
  }),
]

/** Values as `context.variables` of a call has them; null deletes a variable. */
function readVariables(body: JsonObject): Readonly<Record<string, string | null>> {
  const deleted = Object.keys(body).filter((name) => body[name] === null)
  return {
    ...textVariables(body),
    ...Object.fromEntries(deleted.map((name) => [name, null])),
  }
}
