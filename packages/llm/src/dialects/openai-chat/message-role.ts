import { invalidField, readString } from '../../json/request-field.ts'

const roles = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function'])

/** A message's role. Throws if it is missing, has the wrong type or is unknown. */
export function readRole(value: unknown, messageParam: string): string {
  if (typeof value === 'string' && roles.has(value)) return value
  const param = `${messageParam}.role`
  const role = readString(value, param)
  throw invalidField(
    param,
    `'${role.slice(0, 64)}' is not one of 'system', 'developer', 'user', 'assistant', 'tool'.`,
  )
}
