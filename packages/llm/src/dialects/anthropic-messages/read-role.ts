import { invalidField, readString } from '../../json/request-field.ts'

/** Reads a message's role; a system message may stand after a turn. */
export function readRole(value: unknown, param: string): 'user' | 'assistant' | 'system' {
  const role = readString(value, `${param}.role`)
  if (role === 'user' || role === 'assistant' || role === 'system') return role
  throw invalidField(`${param}.role`, `'${role}' is neither 'user' nor 'assistant'.`)
}
