import { hash } from 'node:crypto'
import { stringOrUndefined } from '@fairlead/base'
import type { ConsumerRule } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'
import { type Caller, identified, type Identity, knownCaller } from './caller.ts'
import type { ConsumerDirectory } from './consumer-directory.ts'
import { claimOf, textsOfClaim } from './tokens/claims.ts'
import { looksLikeToken, readToken } from './tokens/read-token.ts'
import type { TokenIssuers } from './tokens/token-issuers.ts'
import type { VerifiedToken } from './tokens/verified-token.ts'

/** More than any usual issuer puts into a token. */
const groupsMax = 256
/** Longer subjects and end users are known by a digest. */
const nameLengthMax = 256

/** Whom tokens stand for, in one configuration. */
export class TokenCallers {
  readonly #issuers: TokenIssuers
  readonly #directory: ConsumerDirectory
  /** What was made of a token, for as long as it is remembered. */
  readonly #callers = new WeakMap<VerifiedToken, Caller>()

  constructor(issuers: TokenIssuers, directory: ConsumerDirectory) {
    this.#issuers = issuers
    this.#directory = directory
  }

  /**
   * The caller that sends a token; a promise only for a token that is not known. `nowMs` is wall time.
   * Throws or rejects with `invalid_token`, `issuer_unavailable` or `unknown_consumer`.
   */
  find(token: string, digest: string, nowMs: number): Caller | Promise<Caller> {
    const known = this.#issuers.known(digest, nowMs)
    if (known !== undefined) return this.#callerOf(known)
    const verifying = this.#issuers.verify(readToken(token, digest))
    return verifying.then((verified) => this.#callerOf(verified))
  }

  /** Whether a text is a token of an issuer that this gateway trusts, good or not. */
  isOurs(text: string): boolean {
    return looksLikeToken(text) && this.#issuers.areOf(text)
  }

  #callerOf(token: VerifiedToken): Caller {
    const before = this.#callers.get(token)
    if (before !== undefined) return before
    const caller =
      token.source.type === 'Issuer' ? this.#issuedCaller(token) : this.#accountCaller(token)
    this.#callers.set(token, caller)
    return caller
  }

  #issuedCaller({ claims, source }: VerifiedToken): Caller {
    if (source.type !== 'Issuer') throw new TypeError('the token has no issuer')
    const { settings } = source
    const identity: Identity = {
      method: 'JWT',
      keyName: undefined,
      endUser: bounded(stringOrUndefined(claimOf(claims, settings.claims.endUser))),
      claims,
      serviceAccount: undefined,
    }
    const groups = textsOfClaim(claims, settings.claims.groups)
    // Without some of its groups a caller might pass what is refused to one of them.
    if (groups.length > groupsMax) {
      throw gatewayError.invalidToken(
        `its claim "${settings.claims.groups}" names ${groups.length} groups, and may name ${groupsMax}`,
      )
    }
    const named = stringOrUndefined(claimOf(claims, settings.claims.consumer))
    const consumer = named === undefined ? undefined : this.#directory.named(named)
    if (consumer !== undefined) return identified(consumer, identity, groups)
    this.#refuseUnless(
      settings.consumers,
      `The caller that the claim "${settings.claims.consumer}" names`,
    )
    const subject = bounded(stringOrUndefined(claims['sub']))
    if (subject === undefined) throw gatewayError.invalidToken('it has no subject (sub)')
    const tenant = `jwt:${settings.name}:${subject}`
    return knownCaller(
      this.#directory.gatewayNamespace,
      { name: subject, tenant },
      identity,
      groups,
    )
  }

  #accountCaller({ claims, source }: VerifiedToken): Caller {
    if (source.type !== 'ServiceAccount') throw new TypeError('the token is of no ServiceAccount')
    const { account, settings } = source
    const identity: Identity = {
      method: 'ServiceAccount',
      keyName: undefined,
      endUser: undefined,
      claims,
      serviceAccount: account,
    }
    const consumer = this.#directory.withAccount(account)
    if (consumer !== undefined) return identified(consumer, identity, [])
    this.#refuseUnless(settings.consumers, `The ServiceAccount ${account}`)
    const tenant = `serviceaccount:${account}`
    return knownCaller(this.#directory.gatewayNamespace, { name: account, tenant }, identity, [])
  }

  #refuseUnless(rule: ConsumerRule, who: string): void {
    if (rule === 'Match') throw gatewayError.unknownConsumer(who)
  }
}

function bounded(name: string | undefined): string | undefined {
  if (name === undefined || name === '') return undefined
  return name.length <= nameLengthMax ? name : `sha256:${hash('sha256', name)}`
}
