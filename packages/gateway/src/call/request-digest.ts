import { hash } from 'node:crypto'
import { noUniqueFields, outlineBody, spliceTopLevel } from '@fairlead/llm'
import type { CallRequest } from './call-request.ts'

/** Whether the answer is wanted piece by piece is not what is asked. */
const deliveryFields: ReadonlySet<string> = new Set(['stream', 'stream_options'])

/**
 * Identifies what a call asks: its model, what else its headers and its path choose, and its bytes,
 * but for how the answer is delivered. Equal for a call that is sent again.
 */
export function requestDigest({
  body,
  context,
  model,
  outline: known,
  searches,
}: CallRequest): string {
  const outline = known ?? outlineBody(body, noUniqueFields)
  const isPlain = outline.members.every(({ name }) => !deliveryFields.has(name))
  const asked = isPlain ? body : spliceTopLevel(body, { remove: [...deliveryFields] }, outline)
  const { branch, edit, persona, prompt, regenerate, strategy, subject } = context
  // These may stand in the path or in a header alone.
  const choices = [branch, regenerate, edit, persona, prompt, strategy, subject]
  const chosen = choices.some((name) => name !== undefined) ? JSON.stringify(choices) : ''
  const searched = searches.length === 0 ? '' : JSON.stringify(searches)
  const head = Buffer.from(`${JSON.stringify(model)}${chosen}${searched}`)
  return `sha256:${hash('sha256', Buffer.concat([head, asked]))}`
}
