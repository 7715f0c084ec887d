import type { JsonObject } from '@fairlead/base'
import type { AwsKeys } from './aws-signature.ts'
import { IdentityError } from './identity-error.ts'
import type { Token } from './token-source.ts'

/** Keys as AWS's services for containers and instances lend them. */
export function lentKeys(answer: JsonObject, who: string): Token<AwsKeys> {
  const { AccessKeyId, SecretAccessKey, Token: sessionToken, Expiration } = answer
  return lentKeysOf([AccessKeyId, SecretAccessKey, sessionToken, Expiration], who)
}

/** The same, for the values by themselves. Throws an IdentityError if one is missing. */
export function lentKeysOf(
  [accessKeyID, secretAccessKey, sessionToken, expiration]: readonly unknown[],
  who: string,
): Token<AwsKeys> {
  const expiresAtMs = typeof expiration === 'string' ? Date.parse(expiration) : Number.NaN
  if (
    typeof accessKeyID !== 'string' ||
    typeof secretAccessKey !== 'string' ||
    typeof sessionToken !== 'string' ||
    Number.isNaN(expiresAtMs)
  ) {
    throw new IdentityError('Connect', `${who} answered without keys`)
  }
  return { value: { accessKeyID, secretAccessKey, sessionToken }, expiresAtMs }
}
