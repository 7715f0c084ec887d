import { X509Certificate } from 'node:crypto'
import type { ServerTls } from '@fairlead/http1'
import type {
  ListenerTlsSettings,
  LLMGatewaySettings,
  ReplicaProblem,
  SecretKeyRef,
} from '@fairlead/snapshot'
import type { SecretSource } from '../sources/sources.ts'
import {
  certificatesProblem,
  keyProblem,
  secretProblem,
  type TlsProblem,
} from '../upstream/tls-material.ts'

/** As `HttpServer.secure`; throws for what OpenSSL does not take. */
type Secure = (tls: ServerTls | 'Unavailable' | undefined) => void

interface ListenerTlsOptions {
  readonly secrets: SecretSource
  /** Told when the problems are others. */
  readonly changed: () => void
}

interface Pair {
  readonly certificate: string
  readonly key: string
}

interface Authorities {
  readonly ref: SecretKeyRef
  readonly pem: string
}

/**
 * Secures the connections of callers as the configuration says, with the newest values of its
 * Secrets. A certificate that cannot be used leaves the one before in force: renewing it must not
 * stop the gateway. Without any, no connection is served, because callers send their keys.
 */
export class ListenerTls {
  readonly #options: ListenerTlsOptions
  #secure: Secure | undefined
  #gateway: LLMGatewaySettings | undefined
  #ticketKeys: Uint8Array | undefined
  #pair: Pair | undefined
  #authorities: Authorities | undefined
  #inForce: ServerTls | 'Unavailable' | undefined
  #problems: readonly (TlsProblem & { readonly effect: string })[] = []

  constructor(options: ListenerTlsOptions) {
    this.#options = options
  }

  /** What to secure; until then nothing is. */
  attach(secure: Secure): void {
    this.#secure = secure
    this.secretsChanged()
  }

  /** Follows a configuration. */
  configure(gateway: LLMGatewaySettings): void {
    this.#gateway = gateway
    this.secretsChanged()
  }

  /** 48 bytes that all processes of the port share: sessions of one are resumed by another. */
  setTicketKeys(keys: Uint8Array): void {
    this.#ticketKeys = keys
    this.secretsChanged()
  }

  /** Reads the values of Secrets again. */
  secretsChanged(): void {
    const settings = this.#gateway?.listenerTls
    const before = this.#problems
    if (settings === undefined) {
      this.#problems = []
      return this.#replace(undefined)
    }
    const read = this.#read(settings)
    try {
      this.#replace(read)
      if (read !== 'Unavailable') this.#pair = { certificate: read.certificate, key: read.key }
    } catch (error) {
      this.#keepFormer(read, settings, error)
    }
    if (JSON.stringify(before) !== JSON.stringify(this.#problems)) this.#options.changed()
  }

  /** Why callers are not served as the LLMGateway wishes. */
  problems(): readonly ReplicaProblem[] {
    const gateway = this.#gateway
    if (gateway === undefined) return []
    const { namespace, name } = gateway
    return this.#problems.map(({ reason, message, effect }) => ({
      kind: 'LLMGateway',
      namespace,
      name,
      reason,
      message: `${effect}: ${message}.`,
    }))
  }

  /** Why no connection is served; undefined while they are. */
  notServed(): string | undefined {
    if (this.#inForce !== 'Unavailable') return undefined
    const [problem] = this.#problems
    return `no connection is served: ${problem?.message ?? 'the listener has no certificate that it may use'}`
  }

  /** When the certificate that is shown ends, in Unix milliseconds; undefined if none is. */
  get certificateEndsMs(): number | undefined {
    const tls = this.#inForce
    if (tls === undefined || tls === 'Unavailable') return undefined
    return Date.parse(new X509Certificate(tls.certificate).validTo)
  }

  #read(settings: ListenerTlsSettings): ServerTls | 'Unavailable' {
    const problems: TlsProblem[] = []
    const pair = this.#readPair(settings, problems) ?? this.#pair
    const clients = this.#readClients(settings, problems)
    const isServed = pair !== undefined && clients !== 'Unavailable'
    const effect = effectOf(isServed)
    this.#problems = problems.map((problem) => ({ ...problem, effect }))
    if (!isServed) return 'Unavailable'
    const ticketKeys = this.#ticketKeys
    const tls = { ...pair, minVersion: settings.minVersion, clients }
    return ticketKeys === undefined ? tls : { ...tls, ticketKeys }
  }

  #readPair({ certificate: refs }: ListenerTlsSettings, problems: TlsProblem[]): Pair | undefined {
    // What may not be referred to is said in the LLMGateway's own conditions.
    if (refs === undefined) return undefined
    const certificate = this.#options.secrets.get(refs.certificate)
    const key = this.#options.secrets.get(refs.key)
    const problem =
      secretProblem(refs.certificate, certificate, certificatesProblem) ??
      secretProblem(refs.key, key, (pem) => keyProblem(pem, certificate ?? ''))
    if (problem !== undefined) problems.push(problem)
    if (problem !== undefined || certificate === undefined || key === undefined) return undefined
    return { certificate, key }
  }

  /** Without its authorities, nobody who must show a certificate can. */
  #readClients(
    { clients }: ListenerTlsSettings,
    problems: TlsProblem[],
  ): ServerTls['clients'] | 'Unavailable' {
    if (clients === undefined) return undefined
    const { authorities: ref, required } = clients
    const none = required ? 'Unavailable' : undefined
    if (ref === undefined) return none
    const pem = this.#options.secrets.get(ref)
    const problem = secretProblem(ref, pem, certificatesProblem)
    if (problem !== undefined) problems.push(problem)
    else if (pem !== undefined) this.#authorities = { ref, pem }
    const known = this.#authorities
    if (known === undefined || !sameRef(known.ref, ref)) return none
    return { authorities: known.pem, required }
  }

  #replace(tls: ServerTls | 'Unavailable' | undefined): void {
    // A context of TLS takes time to make, and Secrets of others change too.
    if (this.#secure === undefined || sameTls(tls, this.#inForce)) return
    this.#secure(tls)
    this.#inForce = tls
  }

  /** The pair looks right, and OpenSSL refuses it: a key that is too short, for one. */
  #keepFormer(
    read: ServerTls | 'Unavailable',
    { certificate: refs }: ListenerTlsSettings,
    error: unknown,
  ): void {
    const former = read === 'Unavailable' || this.#pair === undefined ? undefined : this.#pair
    const { code = 'unknown' } = error as NodeJS.ErrnoException
    const secret = `${refs?.certificate.namespace}/${refs?.certificate.name}`
    const problem = {
      reason: 'SecretInvalid' as const,
      message: `OpenSSL does not take what Secret ${secret} holds (${code})`,
      effect: effectOf(former !== undefined),
    }
    this.#problems = [...this.#problems, problem]
    this.#replace(
      former === undefined || read === 'Unavailable' ? 'Unavailable' : { ...read, ...former },
    )
  }
}

function effectOf(isServed: boolean): string {
  return isServed ? 'What was in force stays' : 'No connection is served'
}

function sameTls(left: ServerTls | string | undefined, right: typeof left): boolean {
  return JSON.stringify(left) === JSON.stringify(right)
}

function sameRef(left: SecretKeyRef, right: SecretKeyRef): boolean {
  return left.namespace === right.namespace && left.name === right.name && left.key === right.key
}
