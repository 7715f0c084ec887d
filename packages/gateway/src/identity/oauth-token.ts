import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { IdentityAnswer, IdentityRequest } from './identity-client.ts'
import { IdentityError } from './identity-error.ts'
import type { IdentityParts } from './identity-parts.ts'
import type { Token } from './token-source.ts'

/** A request for a token as RFC 6749 has it: fields in a form. */
export function tokenRequest(url: URL, fields: Readonly<Record<string, string>>): IdentityRequest {
  return {
    method: 'POST',
    url,
    headers: ['content-type', 'application/x-www-form-urlencoded', 'accept', 'application/json'],
    body: new URLSearchParams(fields).toString(),
    reach: 'Network',
  }
}

/** Asks for a token. `who` gives it, for errors. */
export async function askForToken(
  { client, clock }: Pick<IdentityParts, 'client' | 'clock'>,
  request: IdentityRequest,
  who: string,
  signal: AbortSignal,
): Promise<Token> {
  const answer = await client.send(request, signal)
  const body = answerObject(answer, who)
  const { access_token: value, expires_in: lifeSeconds } = body
  const seconds = Number(lifeSeconds)
  if (typeof value !== 'string' || value === '' || !Number.isFinite(seconds)) {
    throw new IdentityError('Connect', `${who} answered without a token`)
  }
  return { value, expiresAtMs: clock.now() + seconds * 1000 }
}

/** The JSON of an answer of success. Throws an IdentityError that says what a refusal means. */
export function answerObject(answer: IdentityAnswer, who: string): JsonObject {
  const { status, text } = answer
  const body = parseJsonOrUndefined(text)
  if (status >= 200 && status < 300) {
    if (isJsonObject(body)) return body
    throw new IdentityError('Connect', `${who} answered with something that is not JSON`)
  }
  throw refusedBy(who, status, isJsonObject(body) ? codeOf(body) : undefined)
}

/** Codes are told, free text is not: it may repeat what was sent. */
const codeForm = /^[\w.-]{1,64}$/

/** The error of who has refused to give a token. `code`: its own word for the reason. */
export function refusedBy(who: string, status: number, code: string | undefined): IdentityError {
  const detail = code !== undefined && codeForm.test(code) ? `${status}, ${code}` : `${status}`
  const isLater = status === 408 || status === 429 || status >= 500
  return isLater
    ? new IdentityError('Connect', `${who} could not give a token (${detail})`)
    : new IdentityError(
        'CredentialRefused',
        `${who} refused to give a token (${detail}); check the identity and what it may do`,
      )
}

/** `error` of OAuth, with the number that Entra adds; `error.status` of Google's other services. */
function codeOf({ error, error_codes: numbers }: JsonObject): string | undefined {
  if (isJsonObject(error)) return typeof error['status'] === 'string' ? error['status'] : undefined
  if (typeof error !== 'string') return undefined
  const number: unknown = Array.isArray(numbers) ? numbers[0] : undefined
  return typeof number === 'number' ? `${error}.AADSTS${number}` : error
}
