import { arrayOrEmpty, isJsonObject, type JsonObject } from '@fairlead/base'
import { isGiven } from '../../json/request-field.ts'
import { renamedParameters } from '../../operations/chat/server-quirks.ts'
import type { SentPeculiarities } from '../passage.ts'
import { areStrict } from './strict-messages.ts'
import { isNineAlphanumerics } from './tool-call-ids.ts'

/** What a request has that only some servers take. Expects messages that have been checked. */
export function peculiaritiesOf(
  body: JsonObject,
  messages: readonly unknown[],
): SentPeculiarities | undefined {
  const nulls = Object.keys(body).filter((name) => body[name] === null)
  let developerRole = false
  let otherCallIds = false
  for (const message of messages) {
    if (!isJsonObject(message)) continue
    const { role, tool_calls: calls, tool_call_id: id } = message
    if (role === 'developer') developerRole = true
    if (otherCallIds) continue
    otherCallIds =
      isOther(id) || arrayOrEmpty(calls).some((call) => isJsonObject(call) && isOther(call['id']))
  }
  const limits = ['max_tokens', 'max_completion_tokens'].filter((name) => Object.hasOwn(body, name))
  const renamed = renamedParameters.filter((name) => isGiven(body[name]))
  const looseMessages = !areStrict(messages)
  const lists = [nulls, limits, renamed]
  const isPlain =
    !developerRole && !otherCallIds && !looseMessages && lists.every(({ length }) => length === 0)
  return isPlain
    ? undefined
    : { nulls, developerRole, otherCallIds, renamed, looseMessages, limits }
}

function isOther(id: unknown): boolean {
  return typeof id === 'string' && !isNineAlphanumerics(id)
}
