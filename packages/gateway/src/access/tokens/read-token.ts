import { isJsonObject, type JsonObject } from '@fairlead/base'
import { gatewayError } from '../../errors/gateway-error.ts'

/** A longer token is refused unread. The head of a request may have few kilobytes more. */
const tokenLengthMax = 12 * 1024
/** Deeper claims are refused, so that whoever walks them needs no limit. */
const depthMax = 16

/** A JSON Web Token, whose signature nobody has verified. */
export interface UnverifiedToken {
  readonly text: string
  /** SHA-256 of the text, in hexadecimal digits. */
  readonly digest: string
  readonly header: JsonObject
  readonly claims: JsonObject
}

/** Whether a text has the form of a signed JSON Web Token, which no key of ours has. */
export function looksLikeToken(text: string): boolean {
  return text.startsWith('eyJ') && /^[\w-]+\.[\w-]+\.[\w-]*$/.test(text)
}

/** Reads what looks like a token. Throws `invalid_token`. */
export function readToken(text: string, digest: string): UnverifiedToken {
  if (text.length > tokenLengthMax) {
    throw gatewayError.invalidToken(`it is longer than ${tokenLengthMax} characters`)
  }
  const [header = '', claims = ''] = text.split('.', 2)
  return { text, digest, header: partOf(header, 'header'), claims: partOf(claims, 'payload') }
}

function partOf(part: string, name: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    value = undefined
  }
  if (!isJsonObject(value)) throw gatewayError.invalidToken(`its ${name} is not a JSON object`)
  if (isDeeper(value, depthMax)) {
    throw gatewayError.invalidToken(`its ${name} is nested deeper than ${depthMax} levels`)
  }
  return value
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}
